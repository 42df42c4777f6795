"""Chapter 5: the panel that asks policies, and what its checks tell of wrong solutions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import anyio
import pytest

pytest.importorskip("ipywidgets")

import fargate_kit as fk
from fargate_kit.learn.checking import CHECKS, Finding, Scene
from fargate_kit.learn.checks import load_checks
from fargate_kit.learn.checks.chapter_05 import CARDS, MANAGED
from fargate_kit.learn.lab import Lab
from fargate_kit.learn.panels import PolicyPanel
from fargate_kit.learn.switch import SEAT, SPEED, STRICT

# ipywidgets 8.1 calls what traitlets has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

LOOK = {"Effect": "Allow", "Action": ["ecs:Describe*", "ecs:List*"], "Resource": "*"}
ALL = {"Effect": "Allow", "Action": "ecs:*", "Resource": "*"}
LOG = "arn:aws:logs:us-east-1:123456789012:log-group:/shop/web:*"
GOOD = f"""{{"Version": "2012-10-17", "Statement": [
  {{"Effect": "Allow", "Action": ["logs:GetLogEvents", "logs:FilterLogEvents"],
    "Resource": "{LOG}"}},
  {{"Effect": "Allow", "Action": ["ecs:ListTasks", "ecs:DescribeTasks"], "Resource": "*"}}]}}"""


@pytest.fixture
def anyio_backend() -> str:
    """A notebook's loop is asyncio's."""
    return "asyncio"


@pytest.fixture
async def lab(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Lab]:
    """Return an open lab on a fast account."""
    monkeypatch.setenv(SPEED, "500")
    monkeypatch.delenv(STRICT, raising=False)
    monkeypatch.delenv(SEAT, raising=False)
    lab = await Lab.open(chapter=5)
    yield lab
    await lab.close()


async def until(lab: Lab, condition: Callable[[], bool]) -> None:
    """Wait until something can be seen, as an eye would; a minute at most."""
    with anyio.fail_after(60):
        while not condition():
            await lab.aws.clock.sleep(25)


async def findings(aws: fk.Connection, name: str, answer: Any = None) -> list[Finding]:
    """Return what the check of an exercise finds."""
    load_checks()
    answers = {} if answer is None else {name: answer}
    return [each async for each in CHECKS[name](Scene(aws=aws, answers=answers))]


async def failed(aws: fk.Connection, name: str, answer: Any = None) -> list[str]:
    """Return what is not as it shall be, in the check's words."""
    return [each.what for each in await findings(aws, name, answer) if not each.ok]


async def test_panel_answers_each_choice_and_asks_iam_too(lab: Lab) -> None:
    """A verdict is drawn at once, and IAM's own word is added to it."""
    reader = await lab.aws.create_role("reader", statements=[LOOK])
    keeper = await lab.aws.create_role("keeper", statements=[ALL])
    panel = await lab.show.policies(reader, keeper, resources=["arn:aws:ecs:::cluster/a"])
    assert isinstance(panel, PolicyPanel)
    panel.action.value = "ecs:DeleteCluster"
    assert "role reader: ecs:DeleteCluster on arn:aws:ecs:::cluster/a" in repr(panel)
    assert "implicitDeny" in repr(panel)
    panel.principal.value = "role keeper"
    assert "✔ allowed" in repr(panel)
    await until(lab, lambda: "SimulatePrincipalPolicy says the same: allowed" in repr(panel))
    assert "both follow the same rules" in repr(panel)
    assert [each.description for each in (panel.principal, panel.action, panel.resource)] == [
        "Who",
        "Action",
        "Resource",
    ]
    assert panel.again.description == "Read again"


async def test_panel_reads_policies_again(lab: Lab) -> None:
    """A role that was changed in another cell is read anew by a click."""
    role = await lab.aws.create_role("reader", statements=[LOOK])
    panel = await lab.show.policies(role)
    panel.action.value = "ecs:RunTask"
    await until(lab, lambda: "says the same" in repr(panel))
    assert "implicitDeny" in repr(panel)
    await lab.aws.create_role("reader", statements=[ALL])
    panel.again.click()
    await until(lab, lambda: "✔ allowed" in repr(panel))


async def test_role_that_is_gone_is_told_in_the_panel(lab: Lab) -> None:
    """A choice has no cell to raise in; what IAM refuses is shown as an alert."""
    role = await lab.aws.create_role("reader", statements=[LOOK])
    panel = await lab.show.policies(role)
    await role.delete()
    panel.action.value = "ecs:RunTask"
    await until(lab, lambda: "✘" in panel._alert.value)
    assert "NotFound" in panel._alert.value


async def test_draft_can_be_asked_before_anybody_has_it(lab: Lab) -> None:
    """A policy without a role is asked as well; passing a role is passing it to tasks."""
    condition = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    passing = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}
    draft = fk.Policy.from_document(
        {"Version": "2012-10-17", "Statement": [{**passing, "Condition": condition}]},
        name="draft",
    )
    panel = await lab.show.policies(draft)
    panel.action.value = "iam:PassRole"
    assert "draft: iam:PassRole on *\n  ✔ allowed" in repr(panel)
    with pytest.raises(ValueError, match="one role or policy"):
        await lab.show.policies()


async def test_lab_holds_those_who_take_a_role_against_it(lab: Lab) -> None:
    """The lab itself may do everything; whoever takes a role may do what the role may."""
    await lab.aws.create_role("reader", statements=[LOOK])
    reader = await lab.aws.assume("reader")
    assert [each async for each in reader.clusters()] == []
    with pytest.raises(fk.Denied):
        await reader.create_cluster("mine")


REPAIRS = [
    (None, "the answer is a text that IAM would take"),
    ({"Version": "2012-10-17"}, "the answer is a text that IAM would take"),
    (GOOD.replace('"Action"', '"Actions"'), "the answer is a text that IAM would take"),
    (GOOD.replace("FilterLogEvents", "PutLogEvents"), "it allows what its author meant"),
    (GOOD.replace(LOG, "*"), "and nothing else"),
    (GOOD.replace('["ecs:ListTasks", "ecs:DescribeTasks"]', '"ecs:*"'), "and nothing else"),
]


@pytest.mark.parametrize(("answer", "what"), REPAIRS)
async def test_repair_is_neither_too_little_nor_too_much(
    aws: fk.Connection, answer: Any, what: str
) -> None:
    """A text that IAM refuses, allows less or allows more is no repair."""
    assert what in await failed(aws, "5.1", answer)


async def test_repair_may_be_written_otherwise(aws: fk.Connection) -> None:
    """Whatever allows what was meant passes, however it is written."""
    assert await failed(aws, "5.1", GOOD) == []


async def test_execution_role_needs_trust_policy_and_task(aws: fk.Connection) -> None:
    """A role that people take, or one without the managed policy, is no execution role."""
    await aws.create_role("shop-execution", policies=[MANAGED])
    wrong = await failed(aws, "5.2")
    assert wrong == ["ECS may take it for tasks", "a task of counter runs with it, or has run"]
    await aws.create_task_role("shop-execution")
    assert await failed(aws, "5.2") == ["a task of counter runs with it, or has run"]


CARDS_DEALT = [(["A", "C", "D"], 0), ("acd", 0), (["A", "C"], 1), (list(CARDS), 1), (7, 1)]


@pytest.mark.parametrize(("cards", "wrong"), CARDS_DEALT)
async def test_cards_are_counted(aws: fk.Connection, cards: Any, wrong: int) -> None:
    """Too few and too many are told apart, without telling which; what is no list is told."""
    assert len(await failed(aws, "5.3", cards)) == wrong


def least(root: str) -> list[dict[str, Any]]:
    return [
        {
            "Effect": "Allow",
            "Action": ["ecs:RegisterTaskDefinition", "ecs:RunTask"],
            "Resource": f"{root}:task-definition/server:*",
        },
        {
            "Effect": "Allow",
            "Action": ["ecs:DescribeTasks", "ecs:StopTask"],
            "Resource": f"{root}:task/shop/*",
        },
        {
            "Effect": "Allow",
            "Action": ["ecs:CreateService", "ecs:UpdateService", "ecs:DeleteService"],
            "Resource": f"{root}:service/shop/*",
        },
        {"Effect": "Allow", "Action": "ecs:ListTasks", "Resource": "*"},
    ]


async def test_least_policy_is_neither_too_little_nor_too_much(
    aws: fk.Connection, world: Any
) -> None:
    """Any policy with the eight and without the four passes; a star or a gap does not."""
    root = f"arn:aws:ecs:us-east-1:{world.account.id}"
    cluster = {"ArnEquals": {"ecs:cluster": f"{root}:cluster/shop"}}
    right, first = least(root), least(root)[0]
    by_cluster = [first, {**ALL, "Condition": cluster}, {**ALL, "Effect": "Deny"}]
    deny = {
        "Effect": "Deny",
        "Action": ["ecs:RunTask", "ecs:DeleteCluster"],
        "NotResource": f"{root}:task-definition/server:*",
    }
    for statements, wrong in (
        (right, []),
        ([ALL], ["the four calls are denied"]),
        (right[:3], ["the eight calls are allowed"]),
        (by_cluster, ["the eight calls are allowed"]),
        ([first, {**ALL, "Condition": cluster}, deny], []),
    ):
        await aws.create_role("deployer", statements=statements)
        assert await failed(aws, "5.4") == wrong, statements


async def test_passing_every_role_is_too_much(
    aws: fk.Connection, shell: Callable[..., fk.TaskSpec]
) -> None:
    """PassRole on a star is what the exercise warns of; an administrator's task is fine."""
    execution = await aws.create_execution_role(shell("exit 0"), "nightly-execution")
    for resource, wrong in (("*", ["and may pass no other role"]), (execution.arn, [])):
        passing = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": resource}
        await aws.create_role("runner", statements=[ALL, passing])
        told = await failed(aws, "5.5", " IAM:passrole ")
        assert told == [*wrong, "a task of nightly, started as 5.5, runs or has run"]
    nightly = await aws.register(replace(shell("sleep 60"), family="nightly"))
    shop = await aws.create_cluster("shop")
    await (await shop.run(nightly, started_by="5.5")).wait_running()
    assert await failed(aws, "5.5", "iam:PassRole") == []


async def test_deny_that_is_taken_out_keeps_nothing(aws: fk.Connection, world: Any) -> None:
    """To narrow the deny is the solution; to drop it loses payroll, to keep it the sandbox."""
    root = f"arn:aws:ecs:us-east-1:{world.account.id}:cluster"
    await aws.create_cluster("payroll")
    deny = {"Effect": "Deny", "Action": "ecs:DeleteCluster"}
    payroll = "to delete the cluster payroll is explicitly denied to it"
    sandbox = "to delete the cluster sandbox is allowed to it"
    for statements, wrong in (
        ([ALL], [payroll]),
        ([ALL, {**deny, "Resource": f"{root}/*"}], [sandbox]),
        ([ALL, {**deny, "Resource": f"{root}/payroll"}], []),
        ([LOOK], [payroll, sandbox, "it may do everything else in ECS"]),
    ):
        await aws.create_role("housekeeper", statements=statements)
        assert await failed(aws, "5.6", False) == wrong
    assert "your prediction: whether a further allow gets past the deny" in await failed(
        aws, "5.6", True
    )
