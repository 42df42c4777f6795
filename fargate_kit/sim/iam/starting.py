"""What a task's roles and network must allow before its containers can start.

Source: Amazon ECS Developer Guide, pages `task_execution_IAM_role`,
`specifying-sensitive-data` and `use-environment-file`.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fargate_kit.model.policy_builders import is_secret, partition, secret_references
from fargate_kit.sim.awslogs import log_target
from fargate_kit.sim.ecs import wording as ecs_wording
from fargate_kit.sim.ecs.ground import Ground
from fargate_kit.sim.ecs.images import PullFailed
from fargate_kit.sim.ecs.state import ContainerState, TaskState
from fargate_kit.sim.iam import wording
from fargate_kit.sim.iam.facts import IamFacts, PrincipalFact
from fargate_kit.sim.iam.permissions import Keys, decide, denial, keys_of, trusts
from fargate_kit.sim.reachability import Blocked, Reach
from fargate_kit.sim.wording import Phrase
from fargate_kit.sim.workloads import ImageReference, InvalidImageReference

TASKS = "ecs-tasks.amazonaws.com"


class StartRefused(Exception):
    """A task cannot be prepared.

    Args:
        reason: What AWS tells of it.
        seconds: How long AWS tries; None for as long as any initialization that fails.
    """

    def __init__(self, reason: str, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.seconds = seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """What a task has been given for its start.

    Args:
        role: Its execution role, taken for it.
        reach: Where it can go; None where the network is not known.
        environment: By container, what secrets and environment files add. Never shown.
        silent: The containers whose lines the role may not write.
    """

    role: _Session | None = None
    reach: Reach | None = None
    environment: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    silent: frozenset[str] = frozenset()


class Starting:
    """Takes the roles of one region's tasks, and fetches what they start with."""

    def __init__(self, ground: Ground, facts: IamFacts) -> None:
        self._ground = ground
        self._facts = facts

    def initialize(self, task: TaskState) -> Granted:
        """Fetch what is needed before images are pulled.

        Raises:
            StartRefused: A role is missing or not for ECS, it may not do what it must, a
                secret is missing, or a service cannot be reached.
        """
        reach = self._reach(task)
        self._check_task_role(task)
        if task.execution_role is None:
            return Granted(reach=reach)
        session = self._session(task, task.execution_role)
        fetch = _Fetch(self._ground, self._facts, session, reach)
        fetch.registry_login(task)
        environment = {one.name: fetch.environment(one.definition) for one in task.containers}
        silent = [one.name for one in task.containers if not fetch.log(task, one)]
        return Granted(role=session, reach=reach, environment=environment, silent=frozenset(silent))

    def pull(self, granted: Granted, container: ContainerState) -> None:
        """Check that an image can be reached, and may be pulled.

        Raises:
            PullFailed: It cannot, or must not.
        """
        reference = _reference(container.image)
        if reference is None:
            return
        timing = self._ground.timing
        blocked = granted.reach.image(reference) if granted.reach is not None else None
        if blocked is not None:
            raise PullFailed(_unreachable(reference, blocked), timing.registry_timeout)
        if reference.region is None or granted.role is None:
            return
        resource = (
            f"arn:{partition(reference.region)}:ecr:{reference.region}:{reference.account}"
            f":repository/{reference.repository}"
        )
        for action, phrase in (
            ("ecr:BatchGetImage", wording.MANIFEST_DENIED),
            ("ecr:GetDownloadUrlForLayer", wording.LAYER_DENIED),
        ):
            if granted.role.refused(action, resource, reference.region) is not None:
                chance = self._ground.engine.random("layer", container.image)
                layer = f"sha256:{chance.getrandbits(256):064x}"
                raise PullFailed(_say(phrase, reference, digest=layer, times=1))

    def _reach(self, task: TaskState) -> Reach | None:
        attachment, region = task.attachment, self._ground.region
        placement = attachment.placement
        facts = self._facts.network(region, attachment.subnet_id, attachment.group_ids)
        if facts is None or placement is None:
            return None
        return Reach(
            facts=facts,
            region=region,
            private_address=placement.private_address,
            public=placement.public_address is not None,
            groups=attachment.group_ids,
        )

    def _check_task_role(self, task: TaskState) -> None:
        role = task.task_role
        if role is None:
            return
        found = self._facts.principal(role)
        if found is None or not trusts(found, TASKS, self._source(task)):
            raise StartRefused(wording.ROLE_UNTRUSTING.say(role=role))

    def _session(self, task: TaskState, role: str) -> _Session:
        found = self._facts.principal(role)
        if found is None or not trusts(found, TASKS, self._source(task)):
            raise StartRefused(ecs_wording.ROLE_MISSING.say(role=role))
        return _Session(self._ground, found, task.id)

    def _source(self, task: TaskState) -> Keys:
        return {"aws:SourceAccount": self._ground.account_id, "aws:SourceArn": task.arn}


class _Session:
    """A role that ECS has taken for one task."""

    def __init__(self, ground: Ground, role: PrincipalFact, task_id: str) -> None:
        self._ground = ground
        self._role = role
        self._task_id = task_id
        account = role.arn.split(":")[4]
        self.arn = (
            f"arn:{partition(ground.region)}:sts::{account}:assumed-role/{role.name}/{task_id}"
        )

    def refused(
        self, action: str, resource: str, region: str, keys: Keys | None = None
    ) -> str | None:
        """Tell in AWS's words that the role may not do something; None if it may."""
        given = {**keys_of(self._role, region, self._ground.engine.now), **(keys or {})}
        decision = decide(self._role, action, resource, given)
        return None if decision.allowed else denial(self.arn, decision)

    def request_id(self, action: str, resource: str) -> str:
        """Make up the id of a request, always the same for the same one."""
        chance = self._ground.engine.random("request", self._task_id, action, resource)
        return str(uuid.UUID(int=chance.getrandbits(128), version=4))


class _Fetch:
    """Fetches with the execution role what one task starts with."""

    def __init__(
        self, ground: Ground, facts: IamFacts, session: _Session, reach: Reach | None
    ) -> None:
        self._ground = ground
        self._facts = facts
        self._session = session
        self._reach = reach
        self._known: dict[str, str] = {}

    def registry_login(self, task: TaskState) -> None:
        """Log in to the registries of Amazon ECR that the task pulls from."""
        references = [_reference(one.image) for one in task.containers]
        regions = [one.region for one in references if one is not None and one.region is not None]
        for region in dict.fromkeys(regions):
            self._call("ecr.api", region, wording.REGISTRY_AUTH_UNREACHABLE)
            self._require("ecr:GetAuthorizationToken", "*", region, wording.REGISTRY_AUTH_DENIED)

    def environment(self, definition: Mapping[str, Any]) -> dict[str, str]:
        """Read what secrets and files add to a container's variables."""
        own = {one["name"] for one in definition.get("environment") or ()}
        found: dict[str, str] = {}
        for file in definition.get("environmentFiles") or ():
            found |= self._file(file["value"])
        found = {name: value for name, value in found.items() if name not in own}
        values = {value: self._value(value) for value in secret_references(definition)}
        secrets = definition.get("secrets") or ()
        return found | {one["name"]: values[one["valueFrom"]] for one in secrets}

    def log(self, task: TaskState, container: ContainerState) -> bool:
        """Check that a container's log stream can be made; tell whether it can be written."""
        region = self._ground.region
        target = log_target(
            container.definition.get("logConfiguration"),
            container=container.name,
            task_id=task.id,
            region=region,
        )
        if target is None:
            return True
        group = self._arn("logs", target.region, f"log-group:{target.group}")
        exists = self._ground.outside.log_group_exists(target.region, target.group)
        # An image that cannot be reached is told first: the pull needs the same way out.
        if all(self._can_pull(one) for one in task.containers):
            self._call("logs", target.region, wording.LOGS_UNREACHABLE)
        if target.create_group and not exists:
            self._require(
                "logs:CreateLogGroup",
                f"{group}:log-stream:",
                target.region,
                wording.LOG_GROUP_DENIED,
            )
        stream = f"{group}:log-stream:{target.stream}"
        self._require("logs:CreateLogStream", stream, target.region, wording.LOG_STREAM_DENIED)
        # The driver drops what it may not write, and the container goes on.
        return self._session.refused("logs:PutLogEvents", stream, target.region) is None

    def _can_pull(self, container: ContainerState) -> bool:
        reference = _reference(container.image)
        return reference is None or self._reach is None or self._reach.image(reference) is None

    def _value(self, given: str) -> str:
        if given not in self._known:
            self._known[given] = self._secret(given) if is_secret(given) else self._parameter(given)
        return self._known[given]

    def _secret(self, given: str) -> str:
        parts = given.split(":")
        arn, region = ":".join(parts[:7]), parts[3]
        key, stage, version = (*parts[7:10], "", "", "")[:3]
        self._call("secretsmanager", region, wording.SECRET_UNREACHABLE, secret=arn)
        found = self._facts.secret(region, arn, stage, version)
        resource = found.arn if found is not None else arn
        keys = {
            "secretsmanager:SecretId": resource,
            "secretsmanager:VersionStage": stage or "AWSCURRENT",
        }
        action = "secretsmanager:GetSecretValue"
        self._require(action, resource, region, wording.SECRET_DENIED, keys, secret=arn)
        if found is None or found.text is None:
            request = self._session.request_id(action, resource)
            raise StartRefused(wording.SECRET_MISSING.say(secret=arn, request=request))
        return found.text if not key else _member(found.text, key, arn)

    def _parameter(self, given: str) -> str:
        region, name = self._ground.region, given
        if given.startswith("arn:"):
            region, path = given.split(":")[3], given.split(":parameter/", 1)[-1]
            name = f"/{path}" if "/" in path else path
        self._call("ssm", region, wording.PARAMETER_UNREACHABLE)
        resource = self._arn("ssm", region, f"parameter/{name.removeprefix('/')}")
        self._require("ssm:GetParameters", resource, region, wording.PARAMETER_DENIED)
        found = self._facts.parameter(region, name)
        if found is None:
            raise StartRefused(wording.PARAMETER_MISSING.say(name=name))
        return found

    def _file(self, arn: str) -> dict[str, str]:
        region = self._ground.region
        self._call("s3", region, wording.FILE_UNREACHABLE, times=5)
        if self._session.refused("s3:GetObject", arn, region) is not None:
            raise StartRefused(wording.FILE_DENIED.say(times=1))
        bucket, _, key = arn.split(":", 5)[5].partition("/")
        body = self._facts.s3_object(partition(region), bucket, key)
        if body is None:
            raise StartRefused(wording.FILE_MISSING.say(times=1))
        lines = body.decode("utf-8", "replace").splitlines()
        pairs = (line.partition("=") for line in lines if not line.lstrip().startswith("#"))
        return {name.strip(): value for name, sign, value in pairs if sign and name.strip()}

    def _call(self, service: str, region: str, phrase: Phrase, **values: object) -> None:
        blocked = None if self._reach is None else self._reach.service(service, region)
        if blocked is not None:
            reason = phrase.say(host=blocked.host, dial=blocked.dial, **values)
            raise StartRefused(reason, self._ground.timing.service_timeout)

    def _require(
        self,
        action: str,
        resource: str,
        region: str,
        phrase: Phrase,
        keys: Keys | None = None,
        **values: object,
    ) -> None:
        denied = self._session.refused(action, resource, region, keys)
        if denied is not None:
            request = self._session.request_id(action, resource)
            raise StartRefused(phrase.say(denied=denied, request=request, **values))

    def _arn(self, service: str, region: str, rest: str) -> str:
        return f"arn:{partition(region)}:{service}:{region}:{self._ground.account_id}:{rest}"


def _member(text: str, key: str, arn: str) -> str:
    """Give one member of a secret that is a JSON object."""
    try:
        read = json.loads(text)
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise StartRefused(wording.SECRET_NOT_JSON.say(secret=arn, key=key))
    if key not in read:
        raise StartRefused(wording.SECRET_KEY_MISSING.say(key=key))
    value = read[key]
    return value if isinstance(value, str) else json.dumps(value)


def _reference(image: str) -> ImageReference | None:
    """Read an image's name; None where there is nothing to reach: the pull tells why."""
    try:
        reference = ImageReference.parse(image)
    except InvalidImageReference:
        return None
    return None if reference.registry.partition(":")[0].endswith(".invalid") else reference


def _unreachable(reference: ImageReference, blocked: Blocked) -> str:
    phrase = wording.REGISTRY_UNREACHABLE
    if ".s3." in blocked.host:
        phrase = wording.LAYER_UNREACHABLE
    return _say(phrase, reference, host=blocked.host, dial=blocked.dial, times=5)


def _say(phrase: Phrase, reference: ImageReference, **values: object) -> str:
    return phrase.say(**{
        "reference": reference,
        "host": reference.registry,
        "repository": reference.repository,
        "tag": reference.digest or reference.tag or "latest",
        **values,
    })
