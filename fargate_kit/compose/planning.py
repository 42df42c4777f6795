"""Makes the plan: services with their order, network, logs, and what must be there before."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from fargate_kit.compose.assembling import USUAL_EXECUTION_ROLE, Roles, role_of, task_of
from fargate_kit.compose.discovery import connected, discovery_of
from fargate_kit.compose.drafts import Draft, Workshop
from fargate_kit.compose.ecs_params import at
from fargate_kit.compose.health import circles, refuse_unhealthy
from fargate_kit.compose.plan import Plan, PlannedService, Reference, RollOut, Scaling
from fargate_kit.compose.references import log_groups_of, references_of
from fargate_kit.compose.tree import Found
from fargate_kit.compose.wording import USUAL_NAME
from fargate_kit.model.values import Network

__all__ = ["make_plan"]

_SUBNET = re.compile(r"subnet-[0-9a-z]+", re.ASCII)
_GROUP = re.compile(r"sg-[0-9a-z]+", re.ASCII)


def make_plan(params: Found | None, shop: Workshop) -> Plan | None:
    """Return the plan; None, with problems noted, if there can be none."""
    _refuse_circles(shop)
    refuse_unhealthy(shop)
    roles = _roles(params, shop)
    network, references = _network(params, shop)
    groups = _groups(params, shop)
    services = []
    for name, drafts in groups:
        if (service := _service(name, drafts, params, roles, network, shop)) is not None:
            services.append(service)
    discovery = discovery_of(params, shop)
    if len(services) < len(groups) or not services:
        return None
    log_groups = tuple(log_groups_of(shop))
    cluster = shop.project.root.get("x-aws-cluster")
    return Plan(
        project=shop.project.name,
        topology=shop.choices.topology,
        cluster=cluster.text if cluster else None,
        network=network,
        services=tuple(services),
        log_groups=log_groups,
        references=(*references, *references_of(services, log_groups, roles, shop)),
        discovery=discovery,
    )


def _groups(params: Found | None, shop: Workshop) -> list[tuple[str, list[Draft]]]:
    """Return the drafts that make one service each, in an order that respects what they need."""
    drafts = _ordered(shop)
    if shop.one_task:
        return [(shop.project.name, list(shop.drafts.values()))] if drafts else []
    size = at(params, "task_definition.task_size")
    if size is not None and len(drafts) > 1:
        shop.ledger.altered(size, "each service has a task definition of this size")
    for draft in drafts:
        _refuse_shared_storage(draft, drafts, shop)
    return [(f"{shop.project.name}-{draft.container}", [draft]) for draft in drafts]


def _ordered(shop: Workshop) -> list[Draft]:
    """Return the drafts, each after those it needs; circles are refused elsewhere."""
    done: dict[str, Draft] = {}
    waiting = dict(shop.drafts)
    while waiting:
        ready = [
            name
            for name, draft in waiting.items()
            if all(need in done or need not in waiting for need in draft.needs)
        ] or list(waiting)
        for name in ready:
            done[name] = waiting.pop(name)
    return list(done.values())


def _refuse_circles(shop: Workshop) -> None:
    for circle in circles({name: draft.needs for name, draft in shop.drafts.items()}):
        draft = shop.drafts[circle[0]]
        shop.ledger.refused(
            draft.get("depends_on") or draft.found,
            f"services wait for each other in a circle: {' → '.join(circle)}",
            "take one of them out",
            rule="circle",
        )


def _refuse_shared_storage(draft: Draft, drafts: Sequence[Draft], shop: Workshop) -> None:
    for name, raw in draft.volumes.items():
        others = [each.name for each in drafts if each is not draft and name in each.volumes]
        if others and "efsVolumeConfiguration" not in raw and (found := draft.get("volumes")):
            shop.ledger.refused(
                found,
                f"the volume {name} is shared with {others[0]}, and tasks share no storage",
                "name an EFS file system for it, or use --topology one-task",
                rule="shared-volume",
            )


def _service(
    name: str,
    drafts: Sequence[Draft],
    params: Found | None,
    roles: Roles,
    network: Network,
    shop: Workshop,
) -> PlannedService | None:
    extra = connected(drafts, shop) if not shop.one_task else {}
    task = task_of(name, drafts, params, roles, shop)
    scaling = _scaling(drafts, shop)
    if task is None:
        return None
    return PlannedService(
        name=name,
        compose_services=tuple(draft.name for draft in drafts),
        task=task,
        desired_count=_count(drafts, shop),
        network=network,
        roll_out=_roll_out(drafts, shop),
        extra=extra,
        after={}
        if shop.one_task
        else {
            f"{shop.project.name}-{shop.drafts[need].container}": condition
            for need, condition in drafts[0].needs.items()
        },
        scaling=scaling,
        role=role_of(name, drafts, roles),
    )


def _count(drafts: Sequence[Draft], shop: Workshop) -> int:
    counts = {draft.name: 1 if draft.replicas is None else draft.replicas for draft in drafts}
    said = [draft for draft in drafts if draft.replicas is not None]
    if said and len(set(counts.values())) > 1:
        first = max(said, key=lambda draft: draft.replicas or 0)
        shop.ledger.refused(
            first.set_by["replicas"],
            "the containers of one task have one count, and the services ask for "
            + ", ".join(f"{number} {name}" for name, number in counts.items()),
            _one_count(drafts, max(counts.values())),
            rule="replicas",
        )
    return said[0].replicas or 0 if said else 1


def _one_count(drafts: Sequence[Draft], most: int) -> str:
    """Return the way out of counts that differ; services of their own cannot wait for an end."""
    waits = next(
        (
            (each.name, need)
            for each in drafts
            for need, when in each.needs.items()
            if when == "SUCCESS"
        ),
        None,
    )
    if waits is None:
        return "ask for one count, or use --topology service-each"
    name, need = waits
    return (
        f"give all of them `deploy: {{replicas: {most}}}` ({need} then runs once in each task); "
        f"or, since a service of its own cannot wait for {need} to end, run {need} as a task "
        f"before, take it out of the file and of {name}'s `depends_on:`, and use --topology "
        "service-each"
    )


def _roll_out(drafts: Sequence[Draft], shop: Workshop) -> RollOut:
    wishes: dict[str, Any] = {}
    for draft in drafts:
        for key, value in draft.service.items():
            if wishes.setdefault(key, value) != value and (
                found := draft.get("deploy", "update_config")
            ):
                shop.ledger.altered(found, f"{drafts[0].name} and it are one service: it says how")
    breaker = wishes.get("circuitBreaker", {"enable": True, "rollback": True})
    return RollOut(
        minimum_healthy_percent=wishes.get("minimumHealthyPercent"),
        maximum_percent=wishes.get("maximumPercent"),
        breaker=breaker["enable"],
        rollback=breaker["rollback"],
    )


def _scaling(drafts: Sequence[Draft], shop: Workshop) -> Scaling | None:
    said = [draft for draft in drafts if draft.scaling]
    for draft in said[1:]:
        if draft.scaling != said[0].scaling and (found := draft.get("deploy", "x-aws-autoscaling")):
            shop.ledger.refused(
                found,
                f"{said[0].name} scales otherwise, and both are one service",
                "use --topology service-each",
                rule="autoscaling",
            )
    if not said or "max" not in said[0].scaling:
        return None
    wish = said[0].scaling
    return Scaling(
        minimum=wish.get("min", 1),
        maximum=wish["max"],
        cpu=wish.get("cpu"),
        memory=wish.get("memory"),
    )


def _roles(params: Found | None, shop: Workshop) -> Roles:
    execution = at(params, "task_definition.task_execution_role")
    task = at(params, "task_definition.task_role_arn")
    choices = shop.choices
    if execution is not None and choices.execution_role:
        shop.ledger.altered(execution, f"the role {choices.execution_role} is given instead")
    if task is not None and choices.task_role:
        shop.ledger.altered(task, f"the role {choices.task_role} is given instead")
    return Roles(
        execution=choices.execution_role or (execution.text if execution else USUAL_EXECUTION_ROLE),
        execution_place="an argument"
        if choices.execution_role
        else (str(execution.place) if execution else USUAL_NAME),
        task=choices.task_role or (task.text if task else None),
        task_place="an argument" if choices.task_role else (str(task.place) if task else ""),
    )


def _network(params: Found | None, shop: Workshop) -> tuple[Network, list[Reference]]:
    choices, ledger = shop.choices, shop.ledger
    found = at(params, "run_params.network_configuration.awsvpc_configuration")
    references: list[Reference] = []
    ids: dict[str, tuple[str, ...]] = {}
    for key, kind, form, given in (
        ("subnets", "subnet", _SUBNET, choices.subnets),
        ("security_groups", "security group", _GROUP, choices.security_groups),
    ):
        said = found.get(key) if found else None
        listed = list(said.items()) if said else []
        if given or choices.default_network:
            instead = ", ".join(given) if given else "the default VPC's"
            if said is not None:
                ledger.altered(said, f"replaced by an argument: {instead}", key)
            ids[key] = tuple(given)
            references += [Reference(kind=kind, value=each, place="an argument") for each in given]
            continue
        for item in listed:
            if not form.fullmatch(item.text):
                ledger.refused(item, f"no id of a {kind}", rule=kind.replace(" ", "-"))
            references.append(Reference(kind=kind, value=item.text, place=str(item.place)))
        ids[key] = tuple(item.text for item in listed)
    if not (choices.security_groups or choices.default_network):
        groups = list(_groups_of_networks(shop))
        references += groups
        ids["security_groups"] += tuple(each.value for each in groups)
    public = found.get("assign_public_ip") if found else None
    if public is not None and public.text.upper() not in {"ENABLED", "DISABLED"}:
        ledger.refused(public, "no such setting", "give ENABLED or DISABLED", rule="public-ip")
    if len(ids["subnets"]) > 16 or len(ids["security_groups"]) > 5:
        where = found or params or shop.project.root
        ledger.refused(where, "AWS takes 16 subnets and 5 security groups at most", rule="network")
    if not ids["subnets"] and not choices.default_network:
        ledger.caution("no file names subnets: the network of the default VPC is used")
    enabled = public.text.upper() == "ENABLED" if public else not ids["subnets"]
    network = Network(
        subnets=ids["subnets"], security_groups=ids["security_groups"], public_ip=enabled
    )
    return network, references


def _groups_of_networks(shop: Workshop) -> Iterator[Reference]:
    """Go through external networks that are named as security groups are.

    Source: docker/compose-cli, docs/ecs-compose-features.md (external networks).
    """
    networks = shop.project.root.get("networks")
    for network in networks.entries() if networks else ():
        external, named = network.get("external"), network.get("name")
        named = (external.get("name") if external else None) or named
        if external is None or named is None or not _GROUP.fullmatch(named.text):
            continue
        for found in (networks, network, external, named):
            if found is not None:
                shop.ledger.mapped(found, "securityGroups")
        yield Reference(kind="security group", value=named.text, place=str(named.place))
