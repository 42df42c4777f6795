"""Compares a plan with what runs: what is to be made, changed, left and removed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fargate_kit.clusters.cluster import Cluster
from fargate_kit.compose.belonging import USUAL_CLUSTER, belongs
from fargate_kit.compose.difference import Action, Difference, Item, ServiceChange
from fargate_kit.compose.looking import find_cluster, find_services, scaled_services
from fargate_kit.compose.plan import Plan, PlannedService
from fargate_kit.compose.requirements import Requirements, look_for_requirements
from fargate_kit.compose.role_wishes import RoleWish, look_at_role, role_wishes
from fargate_kit.compose.settings_difference import settings_difference
from fargate_kit.core.session import Session
from fargate_kit.errors import ConfigurationError, Denied
from fargate_kit.model.diff import Diff
from fargate_kit.model.problems import Problem, one_line
from fargate_kit.model.values import Network
from fargate_kit.networks.network import default_network
from fargate_kit.services.service import Service
from fargate_kit.tasks.task_definition import describe as describe_definition

__all__ = ["compare"]


async def compare(
    session: Session, plan: Plan, *, cluster: str | None = None, create_missing: bool = False
) -> Difference:
    """Find what a plan would change; nothing is changed.

    Args:
        cluster: Its name; None is the one that the files name, otherwise `default`.
        create_missing: Whether roles and log groups that the files name and that are not there are
            to be made, instead of being problems.

    Returns:
        The difference, with everything that stands in the way.

    Calls:
        ecs:DescribeClusters, ecs:ListServices, ecs:DescribeServices, ecs:DescribeTaskDefinition for
        each service, application-autoscaling:DescribeScalableTargets; those of
        `default_network()` where the files name no subnets; those of looking for what the files
        name, and for the project's own roles
    """
    name = cluster or plan.cluster or USUAL_CLUSTER
    needs = await look_for_requirements(session, plan, create_missing=create_missing)
    problems = [*needs.problems, *_not_applied(plan)]
    not_seen = list(needs.not_seen)
    try:
        network = await _network(session, plan.network)
    except ConfigurationError as error:
        network = None
        problems.append(_problem("network", "compose-network", str(error)))
    roles, role_items = await _roles(session, plan, needs, problems, not_seen)
    there = await find_cluster(session, name)
    present = await find_services(session, there, plan.project) if there else []
    ours = {each.name: each for each in present if belongs(each.tags, plan.project)}
    wanted = {service.name for service in plan.services}
    problems += [
        _foreign_service(each, plan)
        for each in present
        if each.name not in ours and each.name in wanted
    ]
    scaled = await _scaled(session, there, sorted(ours), not_seen)
    changes, items = [], []
    for planned in plan.services:
        change, its_items = await _service(
            session, planned, ours.get(planned.name), network, scaled
        )
        changes.append(change)
        items += its_items
    removed = tuple(each for each in ours.values() if each.name not in wanted)
    return Difference(
        project=plan.project,
        region=session.api.region,
        cluster=name,
        network=network,
        items=(
            *_made_first(plan, needs, role_items),
            Item(kind="cluster", name=name, action=Action.LEAVE if there else Action.MAKE),
            *items,
            *(Item(kind="service", name=each.name, action=Action.REMOVE) for each in removed),
        ),
        services=tuple(changes),
        removed=removed,
        problems=tuple(problems),
        not_seen=tuple(not_seen),
        log_groups=tuple(
            group for group in plan.log_groups if needs.makes("log group", group.name)
        ),
        roles=tuple(roles),
        namespaces=tuple(each for each in needs.to_make if each.kind == "namespace"),
    )


def _made_first(plan: Plan, needs: Requirements, roles: Sequence[Item]) -> Iterator[Item]:
    for group in plan.log_groups:
        if needs.lacks("log group", group.name):
            continue  # told as a problem
        made = needs.makes("log group", group.name)
        yield Item(kind="log group", name=group.name, action=Action.MAKE if made else Action.LEAVE)
    for reference in plan.references:
        if reference.kind == "namespace":
            made = needs.makes("namespace", reference.value)
            yield Item(
                kind="namespace",
                name=reference.value,
                action=Action.MAKE if made else Action.LEAVE,
            )
    yield from roles


async def _roles(
    session: Session,
    plan: Plan,
    needs: Requirements,
    problems: list[Problem],
    not_seen: list[str],
) -> tuple[list[RoleWish], list[Item]]:
    wishes, items = [], []
    for wish in role_wishes(plan, needs):
        try:
            action, problem = await look_at_role(session, wish, plan, needs)
        except Denied as error:
            not_seen.append(f"could not look at role {wish.name}: needs {error.operation}")
            continue
        if problem is not None:
            problems.append(problem)
        if action is None:
            continue
        items.append(Item(kind="role", name=wish.name, action=action))
        if action is not Action.LEAVE:
            wishes.append(wish)
    return wishes, items


async def _network(session: Session, planned: Network) -> Network:
    """Return the network with the default VPC's ids where the files name none."""
    if planned.subnets:
        return planned
    usual = await default_network(session, public_ip=planned.public_ip)
    return Network(
        subnets=usual.subnets,
        security_groups=planned.security_groups or usual.security_groups,
        public_ip=planned.public_ip,
    )


async def _scaled(
    session: Session, cluster: Cluster | None, names: Sequence[str], not_seen: list[str]
) -> set[str]:
    if cluster is None or not names:
        return set()
    try:
        return await scaled_services(session, cluster, names)
    except Denied as error:
        not_seen.append(f"could not look for auto scaling: needs {error.operation}")
        return set()


async def _service(
    session: Session,
    planned: PlannedService,
    present: Service | None,
    network: Network | None,
    scaled: set[str],
) -> tuple[ServiceChange, list[Item]]:
    name, family = planned.name, planned.task.family
    if present is None:
        details = [f"{planned.desired_count} task{'s' * (planned.desired_count != 1)}"]
        details += [f"scaled {_bounds(planned)}"] if planned.scaling else []
        change = ServiceChange(planned=planned, scale=planned.scaling is not None)
        return change, [
            Item(kind="task definition", name=family, action=Action.MAKE),
            Item(kind="service", name=name, action=Action.MAKE, details=tuple(details)),
        ]
    difference = (await describe_definition(session, present.definition_arn)).diff(planned.task)
    settings, details = settings_difference(planned, present, network)
    again = present.deployment.rollout_state == "FAILED" and not difference
    count = None
    if name not in scaled and present.desired_count != planned.desired_count:
        count = planned.desired_count
        details.append(f"count: {present.desired_count} → {count}")
    scale = planned.scaling is not None and not await _scales_so(planned, present, name in scaled)
    if scale:
        details.append(f"auto scaling: {_bounds(planned)}")
    elif planned.scaling is None and name in scaled:
        details.append("auto scaling that the files do not name is left as it is")
    if again:
        details.append("deployed again: its last deployment failed")
    change = ServiceChange(
        planned=planned,
        present=present,
        register=bool(difference),
        settings=settings,
        count=count,
        scale=scale,
        again=again,
    )
    if difference:
        details.insert(0, f"gets the new revision of {family}")
    return change, [
        _definition_item(present, family, difference),
        Item(
            kind="service",
            name=name,
            action=Action.CHANGE if change else Action.LEAVE,
            details=tuple(details),
        ),
    ]


def _definition_item(present: Service, family: str, difference: Diff) -> Item:
    revision = present.definition_arn.rpartition("/")[2]
    if not difference:
        return Item(kind="task definition", name=revision, action=Action.LEAVE)
    return Item(
        kind="task definition",
        name=family,
        action=Action.CHANGE,
        details=tuple(str(change) for change in difference),
    )


async def _scales_so(planned: PlannedService, present: Service, scaled: bool) -> bool:
    if not scaled or planned.scaling is None:
        return False
    held, wanted = await present.scaling(), planned.scaling
    targets = {name: policy.target for name in ("cpu", "memory") if (policy := held.policy(name))}
    asked = {"cpu": wanted.cpu, "memory": wanted.memory}
    return (held.minimum, held.maximum) == (wanted.minimum, wanted.maximum) and all(
        value is None or targets.get(name) == value for name, value in asked.items()
    )


def _bounds(planned: PlannedService) -> str:
    scaling = planned.scaling
    if scaling is None:
        return ""
    targets = [
        f"{name} at {value} %"
        for name, value in (("CPU", scaling.cpu), ("memory", scaling.memory))
        if value
    ]
    return f"{scaling.minimum} to {scaling.maximum}, {', '.join(targets)}"


def _not_applied(plan: Plan) -> Iterator[Problem]:
    if plan.discovery is not None:
        yield _problem(
            "run_params.service_discovery",
            "compose-service-discovery",
            "run_params.service_discovery: a Cloud Map service of a namespace with DNS is planned "
            "and cannot be made here; take it out, or use --topology service-each, where Service "
            "Connect makes names known",
        )


def _foreign_service(service: Service, plan: Plan) -> Problem:
    return _problem(
        f"service {service.name}",
        "compose-foreign-service",
        f"service {service.name}: there is one already, and it was not made for this project; take "
        f"another project name than {plan.project} (--project-name), or another cluster",
    )


def _problem(path: str, rule: str, message: str) -> Problem:
    return Problem(path=path, rule=rule, given=None, allowed="", message=one_line(message))
