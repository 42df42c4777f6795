"""Checks of notebook 05: a policy's text, the two roles, least privilege, PassRole, a deny."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from fargate_kit.errors import NotFound
from fargate_kit.learn.checking import Finding, Scene, checks, shortened
from fargate_kit.model.policy_document import InvalidPolicy, Policy
from fargate_kit.model.policy_evaluation import Decision, Verdict
from fargate_kit.model.values import TaskStatus
from fargate_kit.roles.role import Role
from fargate_kit.tasks.task import Task

MANAGED = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
LOG = "arn:aws:logs:us-east-1:123456789012:log-group:/shop"
MEANT = (
    ("logs:GetLogEvents", f"{LOG}/web:log-stream:ecs/main/1"),
    ("logs:FilterLogEvents", f"{LOG}/web:log-stream:"),
    ("ecs:ListTasks", "*"),
    ("ecs:DescribeTasks", "arn:aws:ecs:us-east-1:123456789012:task/shop/1"),
)
"""What the author of exercise 5.1's policy meant to allow."""
NOT_MEANT = (
    ("logs:GetLogEvents", f"{LOG}/payroll:log-stream:ecs/main/1"),
    ("logs:PutLogEvents", f"{LOG}/web:log-stream:ecs/main/1"),
    ("ecs:RunTask", "arn:aws:ecs:us-east-1:123456789012:task-definition/web:1"),
)
CARDS = {
    "A": "execution",
    "B": "task",
    "C": "execution",
    "D": "execution",
    "E": "task",
    "F": "task",
}
"""Whose each card of exercise 5.3 is."""
PASSED = {"iam:PassedToService": "ecs-tasks.amazonaws.com"}


@checks("5.1")
async def repaired(scene: Scene) -> AsyncIterator[Finding]:
    """The text is a policy, and allows what was meant."""
    what = "the answer is a text that IAM would take"
    given = scene.answers.get("5.1")
    if not isinstance(given, str):
        saw = "no answer yet" if given is None else f"a {type(given).__name__}"
        yield Finding(ok=False, what=what, saw=saw)
        return
    try:
        policy = Policy.from_json(given)
    except InvalidPolicy as invalid:
        yield Finding(ok=False, what=what, saw=str(invalid.problems[0]))
        return
    yield Finding(ok=True, what=what, saw=f"{len(policy.statements)} statements")
    lost = [action for action, resource in MEANT if not policy.explain(action, resource)]
    what = "it allows what its author meant"
    yield Finding(not lost, what, f"{', '.join(lost)} denied" if lost else "4 of 4 allowed")
    more = [action for action, resource in NOT_MEANT if policy.explain(action, resource)]
    what = "and nothing else"
    yield Finding(not more, what, f"{', '.join(more)} allowed too widely" if more else "no more")


@checks("5.2")
async def execution_role(scene: Scene) -> AsyncIterator[Finding]:
    """ECS may take the role, it has the managed policy, and a task runs with it."""
    name = scene.name("shop-execution")
    role = await _role(scene, name)
    yield Finding(role is not None, f"there is a role {name}", role.arn if role else "none")
    if role is None:
        return
    taken = role.trusts()
    saw = "it may" if taken else "its trust policy names somebody else"
    yield Finding(bool(taken), "ECS may take it for tasks", saw)
    reply = await scene.call("iam", "ListAttachedRolePolicies", RoleName=name)
    attached = [each["PolicyArn"] for each in reply["AttachedPolicies"]]
    what = "AmazonECSTaskExecutionRolePolicy is attached to it"
    names = ", ".join(arn.rpartition("/")[2] for arn in attached)
    yield Finding(MANAGED in attached, what, names or "no managed policy")
    tasks = await _tasks(scene, scene.name("counter"))
    using = [task for task in tasks if await _execution_role(scene, task) == role.arn]
    ran = [task for task in using if task.status == TaskStatus.RUNNING or task.started_at]
    saw = ", ".join(str(task.status) for task in using) or "no task with this role"
    yield Finding(bool(ran), "a task of counter runs with it, or has run", saw)


@checks("5.3")
async def six_cards(scene: Scene) -> AsyncIterator[Finding]:
    """The answer lists the cards of the execution role."""
    given = scene.answers.get("5.3")
    if not isinstance(given, str | list | tuple | set):
        saw = "no answer yet" if given is None else shortened(repr(given))
        yield Finding(ok=False, what="the answer lists the execution role's cards", saw=saw)
        return
    chosen = {str(each).strip().upper() for each in given}
    right = {card for card, role in CARDS.items() if role == "execution"}
    missing, wrong = len(right - chosen), len(chosen - right)
    yield Finding(not missing, "no card of the execution role is missing", f"{missing} missing")
    yield Finding(not wrong, "no card of the task role is among them", f"{wrong} too many")


@checks("5.4")
async def least_policy(scene: Scene) -> AsyncIterator[Finding]:
    """Eight calls are allowed and four are not, by our reading and by IAM's simulator."""
    name = scene.name("deployer")
    role = await _role(scene, name)
    yield Finding(role is not None, f"there is a role {name}", role.arn if role else "none")
    if role is None:
        return
    agreed = True
    for allowed, probes in ((True, _needed(scene, role)), (False, _forbidden(scene, role))):
        answers = [
            answer
            for actions, resource, cluster in probes
            for answer in await role.simulate(actions, resource, {"ecs:cluster": cluster})
        ]
        agreed = agreed and all(each.agrees for each in answers)
        wrong = [
            f"{each.action} on {each.resource.split(':', 5)[-1]}"
            for each in answers
            if bool(each.ours) is not allowed
        ]
        what = "the eight calls are allowed" if allowed else "the four calls are denied"
        saw = f"{len(answers)} of {len(answers)}"
        if wrong:
            saw = f"{'denied' if allowed else 'allowed'}: {', '.join(wrong)}"
        yield Finding(not wrong, what, saw)
    saw = "the same" if agreed else "something else"
    yield Finding(agreed, "IAM's simulator says the same of all twelve", saw)


@checks("5.5")
async def role_passed(scene: Scene) -> AsyncIterator[Finding]:
    """The action is named, it is allowed for one role only, and the task runs."""
    what = "the answer is the action that the denial names"
    yield scene.answered("5.5", "iam:PassRole", what=what)
    runner, execution = (
        await _role(scene, scene.name("runner")),
        await _role(scene, scene.name("nightly-execution")),
    )
    if runner is None or execution is None:
        yield Finding(ok=False, what="there are the roles runner and nightly-execution")
        return
    may = await runner.policies()
    decision = may.explain("iam:PassRole", execution.arn, PASSED)
    yield Finding(bool(decision), f"runner may pass {execution.name}", _said(decision))
    other = may.explain("iam:PassRole", runner.arn, PASSED)
    yield Finding(not other, "and may pass no other role", _said(other))
    tasks = await _tasks(scene, scene.name("nightly"), started_by="5.5")
    ran = [task for task in tasks if task.status == TaskStatus.RUNNING or task.started_at]
    saw = ", ".join(str(task.status) for task in tasks) or "no task"
    yield Finding(bool(ran), "a task of nightly, started as 5.5, runs or has run", saw)


@checks("5.6")
async def past_a_deny(scene: Scene) -> AsyncIterator[Finding]:
    """The prediction is right, the deny speaks of one cluster, and the other one is deleted."""
    what = "your prediction: whether a further allow gets past the deny"
    yield scene.answered("5.6", False, what=what)
    role = await _role(scene, scene.name("housekeeper"))
    if role is None:
        yield Finding(ok=False, what="there is a role housekeeper", saw="none")
        return
    may = await role.policies()
    for name, verdict, words in (
        ("payroll", Verdict.EXPLICIT_DENY, "is explicitly denied"),
        ("sandbox", Verdict.ALLOWED, "is allowed"),
    ):
        decision = may.explain("ecs:DeleteCluster", _cluster_arn(scene, role, name))
        what = f"to delete the cluster {name} {words} to it"
        yield Finding(decision.verdict is verdict, what, _said(decision))
    kept = may.explain("ecs:UpdateService", _ecs(scene, role, "service/any/any"))
    yield Finding(bool(kept), "it may do everything else in ECS", _said(kept))
    names = [each.name async for each in scene.aws.clusters()]
    gone = scene.name("sandbox") not in names and scene.name("payroll") in names
    saw = ", ".join(names) or "no active cluster"
    yield Finding(gone, "sandbox is deleted, and payroll is there", saw)


Probes = list[tuple[list[str], str, str]]


def _needed(scene: Scene, role: Role) -> Probes:
    """Return the calls of chapter 2's flow, with their resource and their cluster."""
    shop = scene.name("shop")
    cluster = _cluster_arn(scene, role, "shop")
    return [
        (
            ["ecs:RegisterTaskDefinition", "ecs:RunTask"],
            _ecs(scene, role, f"task-definition/{scene.name('server')}:7"),
            cluster,
        ),
        (
            ["ecs:DescribeTasks", "ecs:StopTask"],
            _ecs(scene, role, f"task/{shop}/{'0' * 32}"),
            cluster,
        ),
        (
            ["ecs:CreateService", "ecs:UpdateService", "ecs:DeleteService"],
            _ecs(scene, role, f"service/{shop}/web"),
            cluster,
        ),
        (["ecs:ListTasks"], "*", cluster),
    ]


def _forbidden(scene: Scene, role: Role) -> Probes:
    payroll, cluster = scene.name("payroll"), _cluster_arn(scene, role, "shop")
    elsewhere = _cluster_arn(scene, role, "payroll")
    return [
        (["ecs:RunTask"], _ecs(scene, role, f"task-definition/{payroll}:1"), cluster),
        (["ecs:StopTask"], _ecs(scene, role, f"task/{payroll}/{'0' * 32}"), elsewhere),
        (["ecs:DeleteService"], _ecs(scene, role, f"service/{payroll}/web"), elsewhere),
        (["ecs:DeleteCluster"], cluster, cluster),
    ]


def _cluster_arn(scene: Scene, role: Role, name: str) -> str:
    return _ecs(scene, role, f"cluster/{scene.name(name)}")


def _ecs(scene: Scene, role: Role, rest: str) -> str:
    partition = role.arn.split(":")[1]
    return f"arn:{partition}:ecs:{scene.aws.region}:{role.account}:{rest}"


def _said(decision: Decision) -> str:
    by = decision.decided_by
    return f"{decision.verdict.value}{f' by {by.statement}' if by is not None else ''}"


async def _role(scene: Scene, name: str) -> Role | None:
    try:
        return await scene.aws.role(name)
    except NotFound:
        return None


async def _execution_role(scene: Scene, task: Task) -> Any:
    definition = await scene.aws.task_definition(task.definition_arn)
    return definition.raw.get("executionRoleArn")


async def _tasks(scene: Scene, family: str, *, started_by: str | None = None) -> list[Task]:
    found = []
    async for cluster in scene.aws.clusters():
        for wanted in ("RUNNING", "STOPPED"):
            # AWS takes one filter of the two.
            async for task in cluster.tasks(desired_status=wanted, family=family):
                if started_by in {None, task.started_by}:
                    found.append(task)
    return found
