"""The simulator's page tells what is simulated, which faults there are, and which quotas."""

from __future__ import annotations

import dataclasses
import importlib
import os
import re
from collections.abc import Callable
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import StepClock
from fargate_kit.sim.cloudwatch_logs.service import OPERATIONS as LOGS_OPERATIONS
from fargate_kit.sim.fault_json import members_of
from fargate_kit.sim.fault_kinds import KINDS, Chanced, Timed
from fargate_kit.sim.iam.simulation import OPERATIONS as IAM_OPERATIONS
from fargate_kit.sim.load_balancing.operations import OPERATIONS as TARGET_OPERATIONS
from fargate_kit.sim.quotas import Bucket, Quotas, Rate

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "simulator.md"

# For each service: how it is called, what behaves, and what is only stored or missing. Which
# operations are the simulator's own and which are moto's is counted.
SERVICES = {
    "ecs": (
        "ECS",
        "clusters, task definitions, tasks, services, deployments, circuit breaker, rollback, "
        "task protection, tags, account settings",
        "ECS Exec, Service Connect, service discovery and volumes at launch lead nowhere; no "
        "container instances, task sets, daemons, gateways; no blue/green, linear, canary",
    ),
    "application-autoscaling": (
        "Application Auto Scaling",
        "target tracking, step and scheduled scaling of the desired count of ECS services, "
        "cooldowns, activities",
        "predictive scaling is refused",
    ),
    "logs": (
        "CloudWatch Logs",
        "events, filter patterns, paging, Live Tail, the lines of containers",
        "metric filters, subscriptions, retention, exports and queries do nothing to events",
    ),
    "elbv2": (
        "Elastic Load Balancing",
        "health and draining of targets that are addresses; HTTP through Application Load "
        "Balancers: rules, weights, stickiness, metrics",
        "Network and Gateway Load Balancers carry nothing; targets that are instances or "
        "functions are always healthy; no TLS, no authentication; a load balancer answers while "
        "it is still provisioning",
    ),
    "iam": (
        "IAM",
        "policies, boundaries and trust of the roles of tasks and, by switch, of callers; "
        "simulation of policies",
        "groups, service control policies and resource policies do not count",
    ),
    "ec2": (
        "EC2",
        "interfaces of tasks, addresses, routes, gateways, endpoints and security groups on the "
        "way of a task to what it needs",
        "network ACLs are not looked at; instances do not run; a NAT gateway is there, and gone, "
        "at once; nothing else behaves",
    ),
    "cloudwatch": (
        "CloudWatch",
        "metrics of services and load balancers; metric alarms are evaluated and change state",
        "composite alarms, anomaly detection, actions of alarms other than scaling, dashboards",
    ),
    "ecr": (
        "ECR",
        "an image of the account's own registry is pulled if its tag or digest is there",
        "scans, lifecycle policies, replication; layers are not stored by `docker push`",
    ),
    "secretsmanager": (
        "Secrets Manager",
        "secrets in task definitions are read when a task starts",
        "rotation",
    ),
    "ssm": (
        "Systems Manager",
        "parameters in task definitions are read when a task starts",
        "sessions, commands, automation",
    ),
    "s3": ("S3", "environment files are read when a task starts", "events, lifecycle rules"),
    "sts": ("STS", "keys of assumed roles are known to the check of callers", "federation"),
    "servicediscovery": ("Cloud Map", "nothing", "tasks are not registered"),
    "events": ("EventBridge", "nothing", "no event of ECS is delivered"),
    "scheduler": (
        "EventBridge Scheduler",
        "schedules with `at()` that update a service, stop a task or delete a load balancer",
        "every other schedule; the policy of its role; tries after a refusal",
    ),
}


def replaced(text: str, name: str, table: str) -> str:
    """Put a table between its marks on the page."""
    begin, end = f"<!-- {name} -->\n", f"<!-- end: {name} -->"
    before, found, rest = text.partition(begin)
    _, found_end, after = rest.partition(end)
    assert (bool(found), bool(found_end)) == (True, True), f"{PAGE.name} has no place for {name}"
    return f"{before}{begin}\n{table}\n{end}{after}"


def own_operations() -> dict[str, set[str]]:
    """Name the operations that the simulator answers itself."""
    account = Account(clock=StepClock())
    try:
        return {
            "ecs": set(account.ecs("us-east-1").operations),
            "application-autoscaling": set(account.scaling("us-east-1").operations),
            "logs": set(LOGS_OPERATIONS),
            "elbv2": set(TARGET_OPERATIONS),
            "iam": set(IAM_OPERATIONS),
        }
    finally:
        account.close()


def motos_operations(service: str) -> set[str]:
    """Name the operations of a service that moto answers."""
    from moto.core.responses import BaseResponse

    module = importlib.import_module(f"moto.{service}.responses")
    classes = [
        one
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, BaseResponse) and one is not BaseResponse
    ]
    names = botocore.session.get_session().get_service_model(service).operation_names
    return {
        name
        for name in names
        if any(callable(getattr(one, xform_name(name), None)) for one in classes)
    }


def services_table() -> str:
    """Say of every service who answers for it, what behaves, and what does not."""
    own = own_operations()
    rows = [
        "| Service | Operations: its own + moto's, of all | Behaves | Only stored, or missing |",
        "|---|---|---|---|",
    ]
    for service, (title, behaves, missing) in SERVICES.items():
        mine = own.get(service, set())
        alone = service in {"ecs", "application-autoscaling"}
        motos = set() if alone else motos_operations(service) - mine
        total = len(botocore.session.get_session().get_service_model(service).operation_names)
        rows.append(f"| {title} | {len(mine)} + {len(motos)} of {total} | {behaves} | {missing} |")
    told = [
        f"\nOf {title} its own: {', '.join(sorted(own[service]))}."
        for service, (title, _, _) in SERVICES.items()
        if service in own and service != "ecs"
    ]
    return "\n".join([*rows, *told, ""])


def faults_table() -> str:
    """List every kind of fault with its members and their defaults."""
    common = {field.name for base in (Timed, Chanced) for field in dataclasses.fields(base)}
    rows = ["| Fault | Does | Members of its own | Others |", "|---|---|---|---|"]
    for name, kind in KINDS.items():
        does = re.split(r"(?:; `remaining`[^.]*)?\.\s", f"{kind.__doc__} ")[0].strip()
        members = members_of(kind)
        mine = [_member(field) for field in members.values() if field.name not in common]
        others = [_member(field) for field in members.values() if field.name in common]
        rows.append(f"| `{name}` | {does} | {' '.join(mine) or '–'} | {' '.join(others)} |")
    return "\n".join([*rows, ""])


def _member(field: dataclasses.Field[object]) -> str:
    if field.default is dataclasses.MISSING:
        return f"`{field.name}`"
    default = "null" if field.default is None else field.default
    return f"`{field.name}={list(default) if isinstance(default, tuple) else default}`"


def quotas_table() -> str:
    """List the quotas with AWS's numbers."""
    quotas = Quotas()
    rows = ["| Bucket | Operations | At once | Each second |", "|---|---|---|---|"]
    rows += [_bucket(bucket) for bucket in quotas.buckets]
    rows += ["", "| Quota | Value |", "|---|---|"]
    for field in dataclasses.fields(quotas)[1:]:
        value = getattr(quotas, field.name)
        rows.append(f"| `{field.name}` | {'by Region' if value is None else f'{value:,}'} |")
    return "\n".join([*rows, ""])


def _bucket(bucket: Bucket) -> str:
    operations = ", ".join(bucket.operations)
    if bucket.except_for:
        operations += f" but {', '.join(bucket.except_for)}"
    notes = ["each apart"] if bucket.apart and len(bucket.operations) > 1 else []
    notes += ["without filter and pages"] if bucket.unfiltered else []
    notes += ["other numbers in some Regions"] if bucket.regions else []
    told = operations.replace("*", "\\*") + "".join(f" ({note})" for note in notes)
    rate: Rate = bucket.rate
    return f"| {bucket.name} | {told} | {rate.size:g} | {rate.refill:g} |"


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("services: simulated", services_table),
        ("faults: kinds", faults_table),
        ("quotas: published", quotas_table),
    ],
)
def test_the_page_says_what_the_code_does(name: str, table: Callable[[], str]) -> None:
    """The tables on the simulator's page are made from the code.

    `RENEW_DOCS=1 make test` renews them.
    """
    text = PAGE.read_text(encoding="utf-8")
    renewed = replaced(text, name, table())
    if os.environ.get("RENEW_DOCS"):
        PAGE.write_text(renewed, encoding="utf-8")
    else:
        assert renewed == text, "RENEW_DOCS=1 make test renews the table"


def test_every_fault_says_in_one_line_what_it_does() -> None:
    """No row of the table is empty or more than a line."""
    for row in faults_table().splitlines()[2:]:
        does = row.split("|")[2].strip()
        assert 20 < len(does) < 120
        assert "\n" not in does
