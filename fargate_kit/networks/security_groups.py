"""Security groups that let in who was named, and nobody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import anyio
import anyio.lowlevel

from fargate_kit.core.fresh import call_fresh, delete_patiently
from fargate_kit.core.session import Session
from fargate_kit.errors import ApiError, FargateError, InvalidSpec, NotFound
from fargate_kit.model.ingress import IngressRule, Source, ingress_of, rules_from
from fargate_kit.model.problems import Problem
from fargate_kit.model.values import Network
from fargate_kit.networks.network import GONE_WITHIN, vpc_of, wait_unused
from fargate_kit.ownership import TAG, owned

__all__ = ["SecurityGroup", "checked_rules", "ensure", "tag_specifications"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityGroup:
    """A security group as EC2 described it at one moment.

    Attributes:
        ingress: Who may come in by which ports.
        egress: Where what is in the group may go.
        tags: Its tags; those that fargate_kit made have `fargate-kit` among them.
        raw: EC2's own answer.
    """

    id: str
    name: str
    vpc_id: str
    description: str
    ingress: tuple[IngressRule, ...]
    egress: tuple[IngressRule, ...]
    tags: Mapping[str, str]
    raw: Mapping[str, Any] = field(repr=False, compare=False)
    _session: Session = field(repr=False, compare=False)

    @classmethod
    def from_api(cls, raw: Mapping[str, Any], session: Session) -> Self:
        """Parse a member of `SecurityGroups` of DescribeSecurityGroups."""
        return cls(
            id=raw["GroupId"],
            name=raw["GroupName"],
            vpc_id=raw.get("VpcId", ""),
            description=raw.get("Description", ""),
            ingress=rules_from(raw.get("IpPermissions") or ()),
            egress=rules_from(raw.get("IpPermissionsEgress") or ()),
            tags={tag["Key"]: tag["Value"] for tag in raw.get("Tags") or ()},
            raw=raw,
            _session=session,
        )

    @property
    def is_ours(self) -> bool:
        """Whether fargate_kit made it, by its tag."""
        return TAG in self.tags

    async def refresh(self) -> SecurityGroup:
        """Return the group as it is now; this picture stays what it is.

        Raises:
            NotFound: It is gone.

        Calls:
            ec2:DescribeSecurityGroups
        """
        reply = await self._session.api.call("ec2", "DescribeSecurityGroups", GroupIds=[self.id])
        return SecurityGroup.from_api(reply["SecurityGroups"][0], self._session)

    async def delete(self, *, timeout: float = GONE_WITHIN) -> None:
        """Wait until no interface is in the group, and delete it; one that is gone is fine.

        Args:
            timeout: Seconds on the connection's clock for interfaces of stopped tasks to go.

        Raises:
            WaitTimeout: Something is still in it.
            ApiError: EC2 refuses, for instance because a rule of another group names it.

        Calls:
            ec2:DescribeNetworkInterfaces for each look, ec2:DeleteSecurityGroup
        """
        await wait_unused(self._session, "group-id", self.id, timeout=timeout)
        await delete_patiently(self._session, "DeleteSecurityGroup", GroupId=self.id)


async def ensure(
    session: Session,
    name: str,
    *,
    network: Network | None = None,
    vpc_id: str | None = None,
    ports: int | Sequence[int | tuple[int, int]] = (),
    open_to: Source | Sequence[Source] = (),
    protocol: str = "tcp",
    description: str | None = None,
    tags: Mapping[str, str] | None = None,
    change_foreign: bool = False,
) -> SecurityGroup:
    """Return the group of that name with exactly these rules: made, or brought in line.

    Raises:
        InvalidSpec: Every problem at once, before any call; or a group of that name lets others in
            and is not ours.
    """
    rules = checked_rules(name, ports, open_to, protocol)
    vpc = vpc_id or await vpc_of(session, network)
    async with session.lock("security group", vpc, name):
        group = await _find(session, vpc, name)
        if group is None:
            text = description or f"{name}, made by fargate_kit"
            made = await _make(session, vpc, name, rules, text, tags)
            if made is not None:
                return made
            group = await _find(session, vpc, name)
            if group is None:
                raise NotFound("ec2:DescribeSecurityGroups", "InvalidGroup.NotFound", name)
        return await _bring_in_line(session, group, rules, change_foreign)


def checked_rules(
    name: str,
    ports: int | Sequence[int | tuple[int, int]],
    open_to: Source | Sequence[Source],
    protocol: str = "tcp",
) -> tuple[IngressRule, ...]:
    """Read the rules that are wanted.

    Raises:
        InvalidSpec: Every problem of the name and of the rules.
    """
    rules, problems = ingress_of(ports, open_to, protocol)
    found = list(problems)
    # EC2 API Reference, CreateSecurityGroup: 255 characters, and no name that looks like an id.
    if not 1 <= len(name) <= 255 or name.startswith("sg-") or name == "default":
        allowed = "1 to 255 characters that do not begin with sg-, and not default"
        message = f"GroupName: {name!r} cannot be; allowed: {allowed}; rename it"
        found.append(
            Problem(
                path="GroupName", rule="group-name", given=name, allowed=allowed, message=message
            )
        )
    if found:
        raise InvalidSpec(f"security group {name!r}", found)
    return rules


async def _find(session: Session, vpc_id: str, name: str) -> SecurityGroup | None:
    chosen = [
        {"Name": "vpc-id", "Values": [vpc_id]},
        {"Name": "group-name", "Values": [name]},
    ]
    reply = await session.api.call("ec2", "DescribeSecurityGroups", Filters=chosen)
    groups = [SecurityGroup.from_api(raw, session) for raw in reply["SecurityGroups"]]
    return groups[0] if groups else None


async def _make(
    session: Session,
    vpc_id: str,
    name: str,
    rules: Sequence[IngressRule],
    description: str,
    tags: Mapping[str, str] | None,
) -> SecurityGroup | None:
    """Make a group with its rules, or nothing; None if somebody else has just made it."""
    try:
        # To its end: a group that was made must be known, to be taken back.
        with anyio.CancelScope(shield=True):
            reply = await call_fresh(
                session,
                "ec2",
                "CreateSecurityGroup",
                VpcId=vpc_id,
                GroupName=name,
                Description=description,
                TagSpecifications=tag_specifications("security-group", session, tags),
            )
    except ApiError as error:
        if error.code == "InvalidGroup.Duplicate":
            return None
        raise
    group_id = reply["GroupId"]
    try:
        await anyio.lowlevel.checkpoint()
        await _authorize(session, group_id, rules)
        described = await call_fresh(session, "ec2", "DescribeSecurityGroups", GroupIds=[group_id])
    except BaseException as error:
        with anyio.CancelScope(shield=True):
            try:
                await delete_patiently(session, "DeleteSecurityGroup", GroupId=group_id)
            except FargateError as left:
                error.add_note(f"{group_id} was made and could not be deleted again: {left}")
        raise
    return SecurityGroup.from_api(described["SecurityGroups"][0], session)


async def _bring_in_line(
    session: Session, group: SecurityGroup, rules: Sequence[IngressRule], change_foreign: bool
) -> SecurityGroup:
    missing = [rule for rule in rules if rule not in group.ingress]
    surplus = [rule for rule in group.ingress if rule not in rules]
    if not missing and not surplus:
        return group
    if not group.is_ours and not change_foreign:
        message = (
            f"{group.id} ({group.name}) lets others in and was not made by fargate_kit: take "
            "another name, or change it with change_foreign=True"
        )
        problem = Problem(
            path="GroupName",
            rule="foreign-group",
            given=group.name,
            allowed="a group with fargate_kit's tag",
            message=message,
        )
        raise InvalidSpec(f"security group {group.name!r}", [problem])
    await _authorize(session, group.id, missing)
    if surplus:
        await session.api.call(
            "ec2",
            "RevokeSecurityGroupIngress",
            GroupId=group.id,
            IpPermissions=[rule.to_api() for rule in surplus],
        )
    return await group.refresh()


async def _authorize(session: Session, group_id: str, rules: Sequence[IngressRule]) -> None:
    if not rules:
        return
    try:
        await call_fresh(
            session,
            "ec2",
            "AuthorizeSecurityGroupIngress",
            GroupId=group_id,
            IpPermissions=[rule.to_api() for rule in rules],
        )
    except ApiError as error:
        # The answer to a first try was lost: the rules are there.
        if error.code != "InvalidPermission.Duplicate":
            raise


def tag_specifications(
    kind: str, session: Session, tags: Mapping[str, str] | None, name: str | None = None
) -> list[dict[str, Any]]:
    """Return `TagSpecifications` with our own tag among the tags.

    Args:
        kind: EC2's name of the resource type.
        name: What consoles show; None is no name.
    """
    named = {**({"Name": name} if name else {}), **(tags or {})}
    pairs = [{"Key": key, "Value": value} for key, value in owned(named, mark=session.mark).items()]
    return [{"ResourceType": kind, "Tags": pairs}]
