"""A listener of a load balancer, and the rules by which it chooses among target groups."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

from fargate_kit.core.session import Session
from fargate_kit.errors import ApiError, InvalidSpec, NotFound
from fargate_kit.load_balancing.target_group import TargetGroup
from fargate_kit.load_balancing.target_rules import check_port
from fargate_kit.model.problems import Problem, Rule
from fargate_kit.ownership import owned

__all__ = ["Listener", "ListenerRule", "create", "listeners"]

# Others may take the next priority first; each look finds a new one.
TRIES = 5
LAST_PRIORITY = 50_000
CONDITIONS = Rule(
    id="rule-conditions",
    says="A rule has one to five patterns of paths and hosts.",
    source="User Guide for Application Load Balancers, load-balancer-limits",
)
PRIORITY = Rule(
    id="rule-priority",
    says="A priority is 1 to 50000.",
    source="Elastic Load Balancing model, RulePriority",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerRule:
    """A rule of a listener as AWS described it at one moment.

    Attributes:
        priority: The lowest is tried first; None is the default, which is tried last.
        paths: Path patterns, of which one must match; none is every path.
        hosts: Host patterns, of which one must match; none is every host.
        target_group_arns: Where the requests go; none where the rule redirects or answers itself.
        raw: AWS's own answer.
    """

    arn: str
    priority: int | None
    paths: tuple[str, ...]
    hosts: tuple[str, ...]
    target_group_arns: tuple[str, ...]
    raw: Mapping[str, Any] = field(repr=False, compare=False)
    _session: Session = field(repr=False, compare=False)

    @classmethod
    def from_api(cls, raw: Mapping[str, Any], session: Session) -> Self:
        """Parse a member of `Rules` of DescribeRules."""
        conditions = raw.get("Conditions", ())
        return cls(
            arn=raw["RuleArn"],
            priority=None if raw.get("IsDefault") else int(raw["Priority"]),
            paths=_values(conditions, "path-pattern", "PathPatternConfig"),
            hosts=_values(conditions, "host-header", "HostHeaderConfig"),
            target_group_arns=groups_of(raw.get("Actions", ())),
            raw=raw,
            _session=session,
        )

    async def delete(self) -> None:
        """Delete the rule; one that is gone is fine.

        Calls:
            elasticloadbalancing:DeleteRule
        """
        with suppress(NotFound):
            await self._session.api.call("elbv2", "DeleteRule", RuleArn=self.arn)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A listener as AWS described it at one moment.

    Attributes:
        protocol: `HTTP` or `HTTPS`.
        target_group_arns: Where requests go that no rule is for.
        raw: AWS's own answer.
    """

    arn: str
    load_balancer_arn: str
    protocol: str
    port: int
    target_group_arns: tuple[str, ...]
    raw: Mapping[str, Any] = field(repr=False, compare=False)
    _session: Session = field(repr=False, compare=False)

    @classmethod
    def from_api(cls, raw: Mapping[str, Any], session: Session) -> Self:
        """Parse a member of `Listeners` of DescribeListeners."""
        return cls(
            arn=raw["ListenerArn"],
            load_balancer_arn=raw["LoadBalancerArn"],
            protocol=raw.get("Protocol", ""),
            port=raw.get("Port", 0),
            target_group_arns=groups_of(raw.get("DefaultActions", ())),
            raw=raw,
            _session=session,
        )

    async def create_rule(
        self,
        group: TargetGroup,
        *,
        path: str | Sequence[str] = (),
        host: str | Sequence[str] = (),
        priority: int | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> ListenerRule:
        """Send the requests that match to a target group.

        Args:
            path: Patterns such as `/api/*`, of which one must match; none is every path.
            host: Patterns such as `*.example.com`, of which one must match; none is every host.
            priority: 1 to 50000, the lowest is tried first; None is after all that are there.

        Raises:
            InvalidSpec: Nothing to match, too many patterns, or no such priority; nothing was sent.
            ApiError: AWS refused, for instance because the priority is taken (`.code` tells).

        Calls:
            elasticloadbalancing:CreateRule, elasticloadbalancing:AddTags;
            elasticloadbalancing:DescribeRules without a priority
        """
        paths, hosts = _several(path), _several(host)
        _check_rule(paths, hosts, priority)
        conditions = [
            {"Field": name, config: {"Values": list(values)}}
            for name, config, values in (
                ("path-pattern", "PathPatternConfig", paths),
                ("host-header", "HostHeaderConfig", hosts),
            )
            if values
        ]
        marked = owned(tags, mark=self._session.mark)
        for attempt in range(TRIES):
            try:
                reply = await self._session.api.call(
                    "elbv2",
                    "CreateRule",
                    ListenerArn=self.arn,
                    Conditions=conditions,
                    Priority=priority or await self._next_priority(),
                    Actions=[{"Type": "forward", "TargetGroupArn": group.arn}],
                    Tags=[{"Key": key, "Value": value} for key, value in marked.items()],
                )
                break
            except ApiError as error:
                if error.code != "PriorityInUse" or priority or attempt == TRIES - 1:
                    raise
        return ListenerRule.from_api(reply["Rules"][0], self._session)

    async def rules(self) -> AsyncIterator[ListenerRule]:
        """Yield the rules as they are tried; the default one is the last.

        Calls:
            elasticloadbalancing:DescribeRules
        """
        found = [
            ListenerRule.from_api(raw, self._session)
            async for page in self._session.api.pages(
                "elbv2", "DescribeRules", ListenerArn=self.arn
            )
            for raw in page["Rules"]
        ]
        for rule in sorted(found, key=lambda one: one.priority or LAST_PRIORITY + 1):
            yield rule

    async def delete(self) -> None:
        """Delete the listener with its rules; one that is gone is fine.

        Calls:
            elasticloadbalancing:DeleteListener
        """
        with suppress(NotFound):
            await self._session.api.call("elbv2", "DeleteListener", ListenerArn=self.arn)

    async def _next_priority(self) -> int:
        return max([rule.priority or 0 async for rule in self.rules()], default=0) + 1


async def create(
    session: Session,
    load_balancer_arn: str,
    group: TargetGroup | None,
    *,
    port: int | None,
    certificate_arn: str | None,
    tags: Mapping[str, str] | None,
) -> Listener:
    """Make a listener; AWS gives the one that is there if its settings are equal.

    Raises:
        InvalidSpec: The port is none; nothing was sent.

    Calls:
        elasticloadbalancing:CreateListener, elasticloadbalancing:AddTags
    """
    port = port if port is not None else (443 if certificate_arn else 80)
    if problems := check_port(port):
        raise InvalidSpec(f"listener on {port}", problems)
    action: dict[str, Any] = {
        "Type": "fixed-response",
        "FixedResponseConfig": {"StatusCode": "404", "ContentType": "text/plain"},
    }
    if group is not None:
        action = {"Type": "forward", "TargetGroupArn": group.arn}
    marked = owned(tags, mark=session.mark)
    reply = await session.api.call(
        "elbv2",
        "CreateListener",
        LoadBalancerArn=load_balancer_arn,
        Protocol="HTTPS" if certificate_arn else "HTTP",
        Port=port,
        DefaultActions=[action],
        **({"Certificates": [{"CertificateArn": certificate_arn}]} if certificate_arn else {}),
        Tags=[{"Key": key, "Value": value} for key, value in marked.items()],
    )
    return Listener.from_api(reply["Listeners"][0], session)


async def listeners(session: Session, load_balancer_arn: str) -> AsyncIterator[Listener]:
    """Yield the listeners of a load balancer.

    Calls:
        elasticloadbalancing:DescribeListeners
    """
    async for page in session.api.pages(
        "elbv2", "DescribeListeners", LoadBalancerArn=load_balancer_arn
    ):
        for raw in page["Listeners"]:
            yield Listener.from_api(raw, session)


def groups_of(actions: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the ARNs of the target groups that actions forward to."""
    found = []
    for action in actions:
        forward = action.get("ForwardConfig") or {}
        found += [group["TargetGroupArn"] for group in forward.get("TargetGroups") or ()]
        if action.get("TargetGroupArn"):
            found.append(action["TargetGroupArn"])
    return tuple(dict.fromkeys(found))


def _check_rule(paths: Sequence[str], hosts: Sequence[str], priority: int | None) -> None:
    found: list[Problem] = []
    if not 1 <= len([*paths, *hosts]) <= 5:
        found.append(
            CONDITIONS.problem(
                "Conditions",
                given=[*paths, *hosts],
                allowed="1 to 5 patterns",
                remedy="name what shall match; what no rule is for goes to the listener's group",
            )
        )
    if priority is not None and not 1 <= priority <= LAST_PRIORITY:
        allowed = f"1 to {LAST_PRIORITY}"
        found.append(
            PRIORITY.problem("Priority", given=priority, allowed=allowed, remedy="change it")
        )
    if found:
        raise InvalidSpec("listener rule", found)


def _several(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _values(conditions: Sequence[Mapping[str, Any]], name: str, config: str) -> tuple[str, ...]:
    return tuple(
        value
        for condition in conditions
        if condition.get("Field") == name
        for value in (condition.get(config) or {}).get("Values") or condition.get("Values") or ()
    )
