"""Checks of notebook 06: a target group, healthy targets, shares of requests, two roll-outs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from fargate_kit.errors import NotFound
from fargate_kit.learn.checking import Finding, Scene, checks
from fargate_kit.learn.visitor import AGENT, BATCH, Tally
from fargate_kit.services.service import Service

TARGETS = 3
REQUESTS = 300
# How far a share may be from the answer, of the answer.
TOLERANCE = 0.15
# A roll-out that nobody visits proves nothing.
FEWEST_VISITS = 3
# Seconds of Fargate that lines may need into the log, and between two looks at it.
LOG_WITHIN, LOOK_EVERY = 30.0, 3.0

_BATCH = re.compile(rf"{AGENT}/({BATCH}-\w+)")
_RELEASE = re.compile(r"^release (\S+) on ")


@checks("6.1")
async def group_of_addresses(scene: Scene) -> AsyncIterator[Finding]:
    """A group of type ip is what the balancer's port 80 forwards to."""
    group = await _group(scene, "front")
    name = scene.name("front")
    yield Finding(group is not None, f"there is a target group {name}", "it" if group else "none")
    if group is None:
        return
    kind = group.get("TargetType", "none")
    yield Finding(kind == "ip", "its targets are addresses: type ip", kind)
    ports = await _ports(scene, group)
    what = "the load balancer's listener on port 80 forwards to it"
    yield Finding(80 in ports, what, f"ports {ports}" if ports else "no listener does")


@checks("6.2")
async def three_healthy(scene: Scene) -> AsyncIterator[Finding]:
    """A service of three tasks, each of them a healthy target."""
    service = await _service(scene, "front")
    saw = str(service) if service else "none"
    yield Finding(service is not None, "there is a service named front", saw)
    if service is None:
        return
    group = await _group(scene, "front")
    arn = group["TargetGroupArn"] if group else ""
    behind = arn in {target.target_group_arn for target in service.targets}
    what = f"its tasks are targets of the group {scene.name('front')}"
    yield Finding(bool(arn) and behind, what, f"{len(service.targets)} target groups")
    counts = f"{service.running_count} of {service.desired_count}"
    whole = service.running_count == service.desired_count == TARGETS
    yield Finding(whole, f"it has {TARGETS} of {TARGETS} tasks", counts)
    states = await _states(scene, service)
    healthy = states.count("healthy")
    yield Finding(healthy == TARGETS, f"{TARGETS} targets are healthy", _counted(states))


@checks("6.3")
async def even_shares(scene: Scene) -> AsyncIterator[Finding]:
    """Three hundred requests were answered, and the shares are as predicted."""
    given = scene.answers.get("6.3")
    number = isinstance(given, int | float) and not isinstance(given, bool)
    shares = await _largest_batch(scene, wanted=REQUESTS if number else 0)
    sent = shares.total()
    what = f"{REQUESTS} requests or more of one batch stand in the tasks' logs"
    yield Finding(sent >= REQUESTS, what, f"{sent} in the largest batch")
    yield Finding(len(shares) == TARGETS, f"{TARGETS} tasks answered it", f"{len(shares)} did")
    what = f"your prediction is within 15 percent of each task's share of {REQUESTS}"
    if given is None or not number:
        yield Finding(ok=False, what=what, saw="no answer yet" if given is None else repr(given))
        return
    scaled = [count * REQUESTS / sent for count in shares.values()]
    near = bool(scaled) and all(abs(each - given) <= TOLERANCE * given for each in scaled)
    told = ", ".join(f"{each:.0f}" for each in scaled) or "no requests"
    yield Finding(near, what, f"{given} predicted, {told} seen")


@checks("6.4")
async def found_healthy(scene: Scene) -> AsyncIterator[Finding]:
    """The reason is named, and the tasks of docs pass their checks."""
    what = "the answer is AWS's code for why the targets were unhealthy"
    yield scene.answered("6.4", "Target.ResponseCodeMismatch", what=what)
    service = await _service(scene, "docs")
    saw = "one" if service else "none"
    yield Finding(service is not None, "there is a service named docs", saw)
    if service is None:
        return
    states = await _states(scene, service)
    healthy = states.count("healthy")
    yield Finding(healthy >= 2, "two of its targets are healthy", _counted(states))


@checks("6.5")
async def nobody_noticed(scene: Scene) -> AsyncIterator[Finding]:
    """Visitors met two releases in one batch, and none of them met an error."""
    given = scene.answers.get("6.5")
    what = "the answer is what `traffic.steady()` counted"
    if not isinstance(given, Tally):
        saw = "no answer yet" if given is None else type(given).__name__
        yield Finding(ok=False, what=what, saw=saw)
        return
    yield Finding(given.sent >= FEWEST_VISITS, what, f"{given.sent} requests")
    yield Finding(given.failed == 0, "none of them failed", f"{given.failed} failed")
    met = await _releases_met(scene, given)
    told = ", ".join(f"{count} by release {name}" for name, count in sorted(met.items()))
    what = "the tasks' logs say that two releases answered them"
    yield Finding(len(met) >= 2, what, told or "no line of them")
    service = await _service(scene, "front")
    state = service.deployments[0].rollout_state if service and service.deployments else "none"
    alone = service is not None and len(service.deployments) == 1 and state == "COMPLETED"
    yield Finding(alone, "the service front has one deployment, COMPLETED", state)


@checks("6.6")
async def went_back(scene: Scene) -> AsyncIterator[Finding]:
    """A deployment whose image is not there was rolled back, and the service is whole."""
    record = await _rolled_back(scene)
    saw = "none" if record is None else record["status"]
    yield Finding(record is not None, "ECS has rolled back a deployment of front", saw)
    if record is None:
        return
    arn = record["targetServiceRevision"]["arn"]
    reply = await scene.call("ecs", "DescribeServiceRevisions", serviceRevisionArns=[arn])
    definition = await scene.aws.task_definition(reply["serviceRevisions"][0]["taskDefinition"])
    images = [raw.get("image", "") for raw in definition.raw["containerDefinitions"]]
    missing = any(image.partition("/")[0].endswith(".invalid") for image in images)
    yield Finding(missing, "it brought an image that is not there", ", ".join(images))
    failures = (record.get("deploymentCircuitBreaker") or {}).get("failureCount")
    what = "your answer is how many tasks had failed when the circuit breaker gave up"
    yield scene.answered("6.6", failures, what=what)
    service = await _service(scene, "front")
    back = (
        service is not None
        and len(service.deployments) == 1
        and service.deployments[0].rollout_state == "COMPLETED"
        and service.definition_arn != definition.arn
        and service.running_count == service.desired_count
    )
    yield Finding(back, "the service is whole again, on an earlier revision", str(service))


async def _group(scene: Scene, name: str) -> Mapping[str, Any] | None:
    try:
        reply = await scene.call("elbv2", "DescribeTargetGroups", Names=[scene.name(name)])
    except NotFound:
        return None
    groups: Sequence[Mapping[str, Any]] = reply["TargetGroups"]
    return groups[0] if groups else None


async def _ports(scene: Scene, group: Mapping[str, Any]) -> list[int]:
    """Return the ports of the load balancer that forward to a group."""
    try:
        balancer = await scene.aws.load_balancer(scene.name("front"))
    except NotFound:
        return []
    arn = group["TargetGroupArn"]
    return [each.port async for each in balancer.listeners() if arn in each.target_group_arns]


async def _service(scene: Scene, name: str) -> Service | None:
    try:
        cluster = await scene.aws.cluster(scene.name("shop"))
        return await cluster.service(name)
    except NotFound:
        return None


async def _states(scene: Scene, service: Service) -> list[str]:
    states = []
    for target in service.targets:
        try:
            reply = await scene.call(
                "elbv2", "DescribeTargetHealth", TargetGroupArn=target.target_group_arn
            )
        except NotFound:
            continue
        states += [each["TargetHealth"]["State"] for each in reply["TargetHealthDescriptions"]]
    return states


def _counted(states: Sequence[str]) -> str:
    counts = Counter(states)
    return ", ".join(f"{count} {state}" for state, count in counts.items()) or "no targets"


async def _lines(scene: Scene, words: str) -> list[tuple[str, str]]:
    """Return streams and texts of the lines of the log that contain some words."""
    found: list[tuple[str, str]] = []
    group = scene.name("/course/front")
    pages = scene.aws._session.api.pages(
        "logs", "FilterLogEvents", logGroupName=group, filterPattern=f'"{words}"'
    )
    try:
        async for page in pages:
            found += [(each["logStreamName"], each["message"]) for each in page["events"]]
    except NotFound:
        return []
    return found


async def _largest_batch(scene: Scene, *, wanted: int) -> Counter[str]:
    """Return how many requests of the largest batch each stream has; lines may be on their way."""
    clock = scene.aws.clock
    late = clock.now() + LOG_WITHIN
    while True:
        batches: dict[str, Counter[str]] = {}
        for stream, text in await _lines(scene, AGENT):
            if found := _BATCH.search(text):
                batches.setdefault(found[1], Counter())[stream] += 1
        largest = max(batches.values(), key=Counter.total, default=Counter())
        if largest.total() >= wanted or clock.now() >= late or not batches:
            return largest
        await clock.sleep(LOOK_EVERY)


async def _releases_met(scene: Scene, tally: Tally) -> Counter[str]:
    """Return how many requests of a batch each release has answered, by what the tasks wrote."""
    clock = scene.aws.clock
    late = clock.now() + LOG_WITHIN
    while True:
        release_of = {
            stream: found[1]
            for stream, text in await _lines(scene, "release")
            if (found := _RELEASE.search(text))
        }
        lines = [stream for stream, text in await _lines(scene, AGENT) if tally.batch in text]
        met = Counter(release_of[stream] for stream in lines if stream in release_of)
        if len(lines) >= tally.sent - tally.failed or clock.now() >= late:
            return met
        await clock.sleep(LOOK_EVERY)


async def _rolled_back(scene: Scene) -> Mapping[str, Any] | None:
    """Return the newest record of a deployment of front that was rolled back."""
    service = await _service(scene, "front")
    if service is None:
        return None
    reply = await scene.call(
        "ecs", "ListServiceDeployments", cluster=service.cluster_arn, service=service.arn
    )
    arns = [
        each["serviceDeploymentArn"]
        for each in reply["serviceDeployments"]
        if each["status"] == "ROLLBACK_SUCCESSFUL"
    ]
    if not arns:
        return None
    reply = await scene.call("ecs", "DescribeServiceDeployments", serviceDeploymentArns=arns[:1])
    records: Sequence[Mapping[str, Any]] = reply["serviceDeployments"]
    return records[0] if records else None
