"""What becomes of each key where nothing in its value makes a difference, and why.

`*` stands for a name that the user gives, `[]` for an item of a list. A key that is not here has
the rule of the nearest key above it that covers what is below.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fargate_kit.compose.service_rules import IGNORED_IN_SERVICE, KEPT, REFUSED_IN_SERVICE
from fargate_kit.compose.tree import Found, Items
from fargate_kit.compose.verdicts import Ledger, Verdict

__all__ = ["BaseRule", "apply_rules", "apply_rules_to_key", "everything_below", "rule_for"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseRule:
    """What becomes of a key.

    Attributes:
        becomes: AWS's words for what it becomes.
        reason: Why, where it is not simply mapped.
        remedy: What to do where it is refused.
        covers: Whether it holds for everything below the key too.
    """

    verdict: Verdict
    becomes: str = ""
    reason: str = ""
    remedy: str = ""
    covers: bool = False


def _kept(becomes: str, *, covers: bool = False) -> BaseRule:
    return BaseRule(verdict=Verdict.MAPPED, becomes=becomes, covers=covers)


def _ignored(reason: str) -> BaseRule:
    return BaseRule(verdict=Verdict.IGNORED, reason=reason, covers=True)


def _refused(reason: str, remedy: str = "") -> BaseRule:
    return BaseRule(verdict=Verdict.REFUSED, reason=reason, remedy=remedy, covers=True)


_NO_NETWORK = "tasks are in the subnets of a VPC; Compose's networks have no counterpart there"
_LABELS = "nothing in ECS reads the labels of a volume or network"
_NOT_MADE = "nothing is made for it: the volume is ephemeral storage of the task, or a file system"

_TOP: dict[str, BaseRule] = {
    "version": _ignored("the Compose specification no longer has versions"),
    "name": _kept("family"),
    "include": _kept("the services and volumes of those files", covers=True),
    "services": _kept("containerDefinitions"),
    "services.*": _kept("a container"),
    "models": _refused("models that Compose runs have no counterpart on Fargate", "remove it"),
    "jobs": _refused(
        "jobs that Compose schedules are not translated",
        "use a scheduled task of EventBridge Scheduler, and remove it here",
    ),
    "networks": _ignored(_NO_NETWORK),
    "networks.*": _ignored(_NO_NETWORK),
    "volumes": _kept("volumes"),
    "volumes.*": _kept("a volume"),
    "volumes.*.name": _kept("fileSystemId"),
    "volumes.*.external": _kept("efsVolumeConfiguration", covers=True),
    "volumes.*.driver": _ignored(_NOT_MADE),
    "volumes.*.driver_opts": _ignored(_NOT_MADE),
    "volumes.*.labels": _ignored(_LABELS),
    "secrets": _kept("secrets"),
    "secrets.*": _kept("a secret"),
    "secrets.*.name": _kept("valueFrom"),
    "secrets.*.external": _kept("valueFrom", covers=True),
    "secrets.*.file": _ignored("no service uses it"),
    "secrets.*.environment": _ignored("no service uses it"),
    "secrets.*.driver": _ignored("drivers of Swarm's secrets have no counterpart"),
    "secrets.*.driver_opts": _ignored("drivers of Swarm's secrets have no counterpart"),
    "secrets.*.template_driver": _ignored("drivers of Swarm's secrets have no counterpart"),
    "secrets.*.labels": _ignored("the secret is there already; its labels stay as they are"),
    "secrets.*.x-aws-keys": _kept("one variable for each key of the secret"),
    "configs": _ignored("ECS puts no files into a container"),
    "x-aws-cluster": _kept("cluster"),
    "x-aws-vpc": _ignored("the subnets say which VPC it is: give them with --subnets"),
    "x-aws-loadbalancer": _refused(
        "a load balancer is not made or used by this translation",
        "make a target group with the SDK and give it to the service, and remove it here",
    ),
    "x-aws-cloudformation": _refused(
        "no CloudFormation template is made, so nothing can be laid over it", "remove it"
    ),
}

RULES: dict[str, BaseRule] = {
    **_TOP,
    **{
        f"services.*.{key}": BaseRule(
            verdict=Verdict.MAPPED, becomes=becomes.rstrip(" …"), covers=becomes.endswith("…")
        )
        for key, becomes in KEPT.items()
    },
    **{f"services.*.{key}": _ignored(reason) for key, reason in IGNORED_IN_SERVICE.items()},
    **{
        f"services.*.{key}": _refused(reason, remedy)
        for key, (reason, remedy) in REFUSED_IN_SERVICE.items()
    },
}


def rule_for(pattern: str, rules: dict[str, BaseRule] = RULES) -> BaseRule | None:
    """Return the rule for a key: its own, or that of a key above it that covers it."""
    if pattern in rules:
        return rules[pattern]
    above = pattern
    while above:
        above = above.removesuffix("[]") if above.endswith("[]") else above.rpartition(".")[0]
        if (rule := rules.get(above)) is not None:
            return rule if rule.covers else None
    return None


def apply_rules(found: Found, ledger: Ledger, rules: dict[str, BaseRule] = RULES) -> None:
    """Give a verdict to every key below that has none yet."""
    for below in _one_below(found):
        apply_rules_to_key(below, ledger, rules)


def apply_rules_to_key(
    found: Found, ledger: Ledger, rules: dict[str, BaseRule] = RULES, above: str = ""
) -> None:
    """Give a verdict to a key and to every key below that has none yet.

    Args:
        above: The refused key that this one belongs to.
    """
    if _is_extension(found):
        return  # the ledger says so of every key that nothing else is known of
    refused = ""
    if not ledger.has(found):
        refused = _apply(found, ledger, rules, above)
    for below in _one_below(found):
        apply_rules_to_key(below, ledger, rules, refused)


def everything_below(found: Found) -> Iterator[Found]:
    """Go through every key below one, those in items of lists too."""
    for below in _one_below(found):
        yield below
        yield from everything_below(below)


def _one_below(found: Found) -> Iterator[Found]:
    yield from found.entries()
    if isinstance(found.node, Items):
        for item in found.items():
            yield from _one_below(item)


def _is_extension(found: Found) -> bool:
    return found.key.startswith("x-") and found.pattern not in RULES


def _apply(found: Found, ledger: Ledger, rules: dict[str, BaseRule], above: str) -> str:
    """Give a verdict to one key; return its path if it is refused, for the keys below."""
    rule = rule_for(found.pattern, rules)
    if above:
        ledger.refused_too(found, f"it belongs to {above}")
        return above
    if rule is None:
        ledger.refused(found, "nothing is known of this key", rule="unknown")
        return found.path
    if found.is_null and rule.verdict is not Verdict.MAPPED:
        ledger.ignored(found, "it says nothing")
    elif rule.verdict is Verdict.REFUSED:
        ledger.refused(found, rule.reason, rule.remedy, rule=found.key.replace("_", "-"))
        return found.path
    elif rule.verdict is Verdict.IGNORED:
        ledger.ignored(found, rule.reason)
    else:
        ledger.mapped(found, rule.becomes)
    return ""
