"""What of an AWS account the files name: looked for all at once, before anything is made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from fargate_kit.compose.looking import find_log_group
from fargate_kit.compose.plan import Plan, Reference
from fargate_kit.compose.wording import USUAL_NAME
from fargate_kit.core.session import Session
from fargate_kit.errors import ApiError, Denied, NotFound
from fargate_kit.model.problems import Problem, one_line

__all__ = ["Requirements", "look_for_requirements", "requirement_problem"]

# What is to be done where something is not there, by its kind.
_REMEDIES = {
    "subnet": "give subnets of yours with --subnets, or use --network default",
    "security group": "give groups of yours with --security-groups, or use --network default",
    "role": "make it with --create-missing, or name another with --execution-role or "
    "--task-role-arn",
    "policy": "correct its ARN",
    "log group": "make it with --create-missing",
    "file system": "make it, or correct its id",
    "secret": "make it (aws secretsmanager create-secret), or correct its name and region",
    "parameter": "make it (aws ssm put-parameter), or correct its name and region",
    "registry credentials": "make the secret (aws secretsmanager create-secret), or correct its "
    "name and region",
    "namespace": "make it (aws servicediscovery create-http-namespace)",
}
# What can be made for a project; everything else is its owner's to make.
_MAKEABLE = {"role", "log group", "namespace"}


@dataclass(slots=True, kw_only=True)
class Requirements:
    """What is not there, and what of it can be made.

    Args:
        to_make: What is not there and is to be made.
        problems: What is not there and cannot be made, or is not to be.
        not_seen: What could not be looked at, and why.
    """

    to_make: list[Reference] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    not_seen: list[str] = field(default_factory=list)

    def lacks(self, kind: str, value: str) -> bool:
        """Tell whether something is not there, and not to be made either."""
        return any((each.path, each.given) == (kind, value) for each in self.problems)

    def makes(self, kind: str, value: str) -> bool:
        """Tell whether something is to be made."""
        return any((each.kind, each.value) == (kind, value) for each in self.to_make)


_Missing = Callable[[Session, Sequence[Reference], Plan], Awaitable[set[str]]]


async def look_for_requirements(
    session: Session, plan: Plan, *, create_missing: bool
) -> Requirements:
    """Look for everything that the plan stands on; nothing is changed.

    What no file names, because its usual name is taken, is made without being asked for.

    Calls:
        as far as the plan names such: ec2:DescribeSubnets, ec2:DescribeSecurityGroups, iam:GetRole,
        iam:GetPolicy, logs:DescribeLogGroups, elasticfilesystem:DescribeFileSystems,
        secretsmanager:DescribeSecret, ssm:DescribeParameters, servicediscovery:ListNamespaces
    """
    found = Requirements()
    by_kind: dict[str, list[Reference]] = {}
    for reference in plan.references:
        by_kind.setdefault(reference.kind, []).append(reference)
    for kind, references in by_kind.items():
        try:
            missing = await _LOOKS[kind](session, references, plan)
        except Denied as error:
            values = ", ".join(each.value for each in references)
            found.not_seen.append(
                f"could not look for {kind} {values}: needs {error.operation} ({error.reason})"
            )
            continue
        for reference in references:
            if reference.value not in missing:
                continue
            usual = reference.place == USUAL_NAME and kind != "role"
            invented = kind == "namespace"
            if kind in _MAKEABLE and (create_missing or usual or invented):
                found.to_make.append(reference)
            else:
                found.problems.append(requirement_problem(reference, session.api.region))
    found.problems += await _one_network(session, by_kind, found)
    return found


def requirement_problem(reference: Reference, region: str, reason: str = "") -> Problem:
    """Return what to say of something that is not there."""
    remedy = _REMEDIES[reference.kind]
    where = "" if reference.kind in {"role", "policy"} else f" in {region}"
    text = reason or f"there is no {reference.kind} {reference.value}{where}"
    return Problem(
        path=reference.kind,
        rule=f"compose-missing-{reference.kind.replace(' ', '-')}",
        given=reference.value,
        allowed=f"a {reference.kind} that is there",
        message=one_line(f"{reference.place}: {text}; {remedy}"),
    )


async def _subnets(session: Session, references: Sequence[Reference], plan: Plan) -> set[str]:
    return {each.value for each in references} - (
        await _vpcs_of_subnets(session, references)
    ).keys()


async def _groups(session: Session, references: Sequence[Reference], plan: Plan) -> set[str]:
    vpcs = await _vpcs_of_groups(session, references)
    return {each.value for each in references} - vpcs.keys()


async def _vpcs_of_subnets(session: Session, references: Sequence[Reference]) -> dict[str, str]:
    ids = [each.value for each in references]
    # By filter, since an id that is not there would make the whole call fail.
    filters = [{"Name": "subnet-id", "Values": ids}]
    pages = session.api.pages("ec2", "DescribeSubnets", Filters=filters)
    return {each["SubnetId"]: each["VpcId"] async for page in pages for each in page["Subnets"]}


async def _vpcs_of_groups(session: Session, references: Sequence[Reference]) -> dict[str, str]:
    filters = [{"Name": "group-id", "Values": [each.value for each in references]}]
    pages = session.api.pages("ec2", "DescribeSecurityGroups", Filters=filters)
    return {
        each["GroupId"]: each["VpcId"] async for page in pages for each in page["SecurityGroups"]
    }


async def _one_network(
    session: Session, by_kind: Mapping[str, list[Reference]], found: Requirements
) -> list[Problem]:
    """Tell where subnets and groups are of several VPCs."""
    named = [*by_kind.get("subnet", ()), *by_kind.get("security group", ())]
    if found.problems or found.not_seen or len(named) < 2:
        return []
    vpcs = await _vpcs_of_subnets(session, by_kind.get("subnet", ()))
    if by_kind.get("security group"):
        vpcs |= await _vpcs_of_groups(session, by_kind["security group"])
    if len(set(vpcs.values())) < 2:
        return []
    listed = ", ".join(f"{name} in {vpc}" for name, vpc in vpcs.items())
    return [requirement_problem(named[0], session.api.region, f"not all are of one VPC: {listed}")]


async def _roles(session: Session, references: Sequence[Reference], plan: Plan) -> set[str]:
    missing = set()
    for reference in references:
        try:
            reply = await session.api.call(
                "iam", "GetRole", RoleName=reference.value.rpartition("/")[2]
            )
        except NotFound:
            missing.add(reference.value)
        else:
            arn: str = reply["Role"]["Arn"]
            if reference.value.startswith("arn:") and arn != reference.value:
                missing.add(reference.value)  # of another account, or with another path
    return missing


async def _policies(session: Session, references: Sequence[Reference], plan: Plan) -> set[str]:
    missing = set()
    for reference in references:
        try:
            await session.api.call("iam", "GetPolicy", PolicyArn=reference.value)
        except NotFound:
            missing.add(reference.value)
        except ApiError as error:
            if error.code != "ValidationError":
                raise
            missing.add(reference.value)
    return missing


async def _log_groups(session: Session, references: Sequence[Reference], plan: Plan) -> set[str]:
    regions = {group.name: group.region for group in plan.log_groups}
    made_by_driver = _made_by_driver(plan)
    missing = set()
    for reference in references:
        name = reference.value
        if name not in made_by_driver and (
            await find_log_group(session, name, regions.get(name, "")) is None
        ):
            missing.add(name)
    return missing


def _made_by_driver(plan: Plan) -> set[str]:
    """Return the groups that the log driver makes itself (`awslogs-create-group`)."""
    found = set()
    for service in plan.services:
        for container in service.task.to_api()["containerDefinitions"]:
            options = container.get("logConfiguration", {}).get("options", {})
            if options.get("awslogs-create-group", "").lower() == "true":
                found.add(options.get("awslogs-group", ""))
    return found


async def _file_systems(session: Session, references: Sequence[Reference], plan: Plan) -> set[str]:
    missing = set()
    for reference in references:
        try:
            await session.api.call("efs", "DescribeFileSystems", FileSystemId=reference.value)
        except ApiError as error:
            if error.code not in {"FileSystemNotFound", "BadRequest"}:
                raise
            missing.add(reference.value)
    return missing


async def _secrets(session: Session, references: Sequence[Reference], plan: Plan) -> set[str]:
    missing = set()
    for reference in references:
        api = session.api
        if reference.value.startswith("arn:"):
            api = api.in_region(reference.value.split(":")[3])
        try:
            reply = await api.call("secretsmanager", "DescribeSecret", SecretId=reference.value)
        except NotFound:
            missing.add(reference.value)
        else:
            if reply.get("DeletedDate") is not None:
                missing.add(reference.value)
    return missing


async def _parameters(session: Session, references: Sequence[Reference], plan: Plan) -> set[str]:
    missing = set()
    for reference in references:
        api, name = session.api, reference.value
        if name.startswith("arn:"):
            api = api.in_region(name.split(":")[3])
            name = name.partition(":parameter/")[2]
            name = f"/{name}" if "/" in name else name
        chosen = {"Key": "Name", "Option": "Equals", "Values": [name]}
        pages = api.pages("ssm", "DescribeParameters", ParameterFilters=[chosen])
        if not [each async for page in pages for each in page["Parameters"]]:
            missing.add(reference.value)
    return missing


async def _namespaces(session: Session, references: Sequence[Reference], plan: Plan) -> set[str]:
    wanted = {each.value for each in references}
    with suppress(NotFound):
        pages = session.api.pages("servicediscovery", "ListNamespaces")
        wanted -= {each["Name"] async for page in pages for each in page["Namespaces"]}
    return wanted


_LOOKS: Mapping[str, _Missing] = {
    "subnet": _subnets,
    "security group": _groups,
    "role": _roles,
    "policy": _policies,
    "log group": _log_groups,
    "file system": _file_systems,
    "secret": _secrets,
    "registry credentials": _secrets,
    "parameter": _parameters,
    "namespace": _namespaces,
}
