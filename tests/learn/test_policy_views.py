"""The pictures of policies and roles: which lines decided, what is wrong, who needs what."""

from __future__ import annotations

import re

import pytest

import fargate_kit as fk
from fargate_kit.learn.policy_showing import roles_picture, text_picture
from fargate_kit.learn.reading_policies import checked_text, roles_of, verdict_of
from fargate_kit.learn.showing import show
from fargate_kit.learn.views.policy_document import (
    MARKS,
    MOST_LINES,
    DocumentText,
    MarkedLines,
    policy_documents,
)
from fargate_kit.learn.views.policy_verdict import VERDICTS, VerdictPicture, policy_verdict
from fargate_kit.learn.views.two_roles import LANES
from fargate_kit.model.policy import evaluate
from fargate_kit.sim import World

CLUSTER = "arn:aws:ecs:us-east-1:123456789012:cluster/payroll"
ALL = {"Sid": "Everything", "Effect": "Allow", "Action": "ecs:*", "Resource": "*"}
KEEP = {"Sid": "Keep", "Effect": "Deny", "Action": "ecs:DeleteCluster", "Resource": CLUSTER}
READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/*"}
ECR = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


def policy(*statements: dict[str, str], name: str = "own") -> fk.Policy:
    return fk.Policy.from_document(
        {"Version": "2012-10-17", "Statement": list(statements)}, name=name
    )


def lines_marked(picture: VerdictPicture, kind: str) -> list[str]:
    """Return the Sids or actions in the lines that are marked so."""
    (document,) = picture.documents
    return [
        found[1]
        for number, line in enumerate(document.lines, 1)
        if document.kind_of(number) == kind and (found := re.search(r'"Sid": "(\w+)"', line))
    ]


def test_statement_that_denies_is_the_one_that_is_marked() -> None:
    """The lines of the deny decide; those that allow are shown as not heard."""
    picture = verdict_of(policy(ALL, KEEP).explain("ecs:DeleteCluster", CLUSTER))
    assert picture.verdict == "explicitDeny"
    assert lines_marked(picture, "denies") == ["Keep"]
    assert lines_marked(picture, "near") == ["Everything"]
    assert picture.fix is None
    assert "narrow" in picture.remedy


def test_statement_that_allows_is_marked() -> None:
    """Of several statements the one that allows is marked, and what would forbid it is told."""
    picture = verdict_of(policy(READ, ALL, KEEP).explain("ecs:RunTask", "*"))
    assert picture.verdict == "allowed"
    assert lines_marked(picture, "allows") == ["Everything"]
    assert picture.fix == '{"Effect": "Deny", "Action": "ecs:RunTask", "Resource": "*"}'


def test_what_comes_near_is_marked_and_the_fix_is_enough() -> None:
    """A denial that nobody meant shows the nearest statement; with the fix it is allowed."""
    asked = ("s3:GetObject", "arn:aws:s3:::invoices/1.pdf")
    picture = verdict_of(policy(READ).explain(*asked))
    assert picture.verdict == "implicitDeny"
    assert picture.documents[0].kind_of(4) == "near"
    assert "only on arn:aws:s3:::photos/*" in picture.why[1]
    fixed = fk.Policy.from_json(f'{{"Version": "2012-10-17", "Statement": [{picture.fix}]}}')
    assert evaluate([policy(READ), fixed], *asked)


def test_one_statement_without_a_list_is_marked_as_well() -> None:
    """IAM takes a single statement without a list around it; its lines are found."""
    single = fk.Policy.from_document({"Version": "2012-10-17", "Statement": ALL})
    document = verdict_of(single.explain("ecs:RunTask")).documents[0]
    marked = [each for number, each in enumerate(document.lines, 1) if document.kind_of(number)]
    assert len(marked) == 6
    assert marked[1].strip() == '"Sid": "Everything",'


def test_boundary_that_limits_is_told() -> None:
    """What a statement allows and the boundary does not is no case of a missing permission."""
    decision = evaluate([policy(ALL)], "ecs:RunTask", "*", boundary=[policy(READ, name="limit")])
    picture = verdict_of(decision)
    assert picture.why == ("A statement allows it, but the permissions boundary does not.",)
    assert picture.remedy.startswith("In the boundary")


BROKEN = [
    ('{"Version": "2012-10-17",\n "Statement": [{"Effect": "Allow"\n}]}', [2]),
    ('{\n"Version": "2012-10-17"\n"Statement": []}', [3]),
    (
        '{"Version": "2012-10-17", "Statement": [\n{"Effect": "allow",\n"Action": "ecs:*",\n'
        '"Resource": "photos"}]}',
        [2, 4],
    ),
]


@pytest.mark.parametrize(("text", "lines"), BROKEN)
def test_wrong_lines_are_marked(text: str, lines: list[int]) -> None:
    """Each line that IAM would refuse is marked; a text that is no JSON has one."""
    document = checked_text(text)
    assert sorted({each.first for each in document.marked}) == lines
    assert "would not take it" in repr(text_picture(text))


def test_text_that_is_right_has_nothing_marked() -> None:
    """A policy that IAM would take is said to be one, with blank lines around it or not."""
    text = '\n{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", '
    text += '"Resource": "*"}]}\n\n'
    assert checked_text(text).marked == ()
    assert repr(text_picture(text)).startswith("A policy's text: IAM would take it")


def test_long_document_is_shown_around_its_marks() -> None:
    """A managed policy of hundreds of lines does not fill the page, and no mark is left out."""
    lines = tuple(f"line {number};" for number in range(1, 501))
    mark = MarkedLines(first=400, last=402, kind="denies")
    html = policy_documents([DocumentText(name="long", lines=lines, marked=(mark,))], caption="x")
    shown = re.findall(r"line (\d+);", html)
    assert shown == [str(number) for number in range(398, 405)]
    assert "397 more lines" in html
    whole = DocumentText(name="long", lines=lines)
    assert len(re.findall(r"line \d+;", policy_documents([whole], caption="x"))) < MOST_LINES


@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        *((look[2], look[3]) for look in (*VERDICTS.values(), *MARKS.values())),
        *((ink, ground) for _, colour, ground in LANES.values() for ink in (colour, "#59636e")),
    ],
)
def test_colours_have_contrast_against_their_ground(ink: str, ground: str) -> None:
    """WCAG asks for 4.5 between a text and its ground."""

    def luminance(colour: str) -> float:
        channels = [int(colour.ljust(7, "f")[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    assert (luminance(ground) + 0.05) / (luminance(ink) + 0.05) >= 4.5


@pytest.mark.parametrize("verdict", VERDICTS)
def test_verdict_is_told_by_word_and_sign(verdict: str) -> None:
    """Without colours the three verdicts are told apart."""
    html = policy_verdict(VerdictPicture(principal="", action="a:B", resource="*", verdict=verdict))
    sign, words, _, _ = VERDICTS[verdict]
    assert f"{sign} {words}" in html


def orders(*, execution_role: str | None = None, task_role: str | None = None) -> fk.TaskSpec:
    main = fk.ContainerSpec(
        name="main",
        image=f"{ECR}/orders:7",
        secrets={"TOKEN": "/prod/token"},
        log_configuration=fk.LogConfiguration.awslogs("/orders", region="us-east-1"),
    )
    return fk.TaskSpec(
        family="orders",
        cpu=256,
        memory=512,
        execution_role=execution_role,
        task_role=task_role,
        containers=[main],
    )


def test_roles_are_told_apart_by_who_uses_them_and_when() -> None:
    """ECS works before the code and beside it; the code has its own; the caller passes both."""
    spec = orders(execution_role="orders-execution", task_role="orders-app")
    picture = roles_of("orders", spec.to_api(), region="us-east-1")
    needs = {
        (who, when): [each.needs for each in picture.of(who, when)]
        for who in LANES
        for when in ("start", "before", "running")
    }
    assert needs["execution", "before"] == [
        "ecr:GetAuthorizationToken",
        "ecr:BatchGetImage and two more",
        "logs:CreateLogStream",
        "ssm:GetParameters",
    ]
    assert needs["execution", "running"] == ["logs:PutLogEvents"]
    assert needs["caller", "start"] == ["ecs:RunTask", *["iam:PassRole, on that role"] * 2]
    assert len(needs["task", "running"]) == 1
    assert needs["task", "before"] == []


def test_role_that_is_needed_and_not_there_is_told() -> None:
    """A definition that writes logs without an execution role fails, and the picture says so."""
    words = repr(roles_picture(orders(), region="us-east-1"))
    assert "execution role: ✘ none, and it is needed" in words
    assert "task role: none" in words
    plain = fk.TaskSpec(
        family="plain",
        cpu=256,
        memory=512,
        containers=[fk.ContainerSpec(name="main", image="public.ecr.aws/nginx/nginx:1.27")],
    )
    assert "✘" not in repr(roles_picture(plain, region="us-east-1"))


async def test_show_draws_roles_policies_and_answers(aws: fk.Connection, world: World) -> None:
    """Whatever the SDK says of permissions can be shown, in lessons and outside of them."""
    role = await aws.create_role("reader", statements=[READ])
    assert repr(show(role)).startswith("Role reader: who may take it")
    assert "simulated" in show(role).html
    assert "fargate-kit: 10 lines" in repr(show(await role.policies()))
    assert "implicitDeny" in repr(show(await role.explain("ecs:RunTask")))
    assert "1 of 1 questions" in repr(show(await role.simulate("s3:GetObject")))
    assert "Policy: attached to a user" in repr(show(policy(ALL)))
