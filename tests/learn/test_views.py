"""The pictures: pure, escaped, readable without colours and without eyes, and as they were."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest

from fargate_kit.learn.views.compose_map import ComposeMap, FileLine, MappedField, MappedFile
from fargate_kit.learn.views.compose_map import compose_map as compose_map_picture
from fargate_kit.learn.views.compose_plan import PlanList, PlannedThing
from fargate_kit.learn.views.compose_plan import compose_plan as compose_plan_picture
from fargate_kit.learn.views.cost_meter import CostMeter, SpendingLine, cost_meter, cost_meter_text
from fargate_kit.learn.views.deployment_timeline import (
    DeploymentTimeline,
    Moment,
    TimelineEvent,
    deployment_timeline,
)
from fargate_kit.learn.views.explorer import Node, explorer, explorer_text
from fargate_kit.learn.views.frame import LIVE, SIMULATED, STATES, figure
from fargate_kit.learn.views.lifecycle import TaskLife, lifecycle
from fargate_kit.learn.views.log_tail import MOST_LINES, TailLine, log_tail
from fargate_kit.learn.views.network_map import (
    NetworkPicture,
    SubnetBox,
    TaskInterface,
    network_map,
)
from fargate_kit.learn.views.policy_document import (
    DocumentText,
    MarkedLines,
    policy_documents,
)
from fargate_kit.learn.views.policy_verdict import (
    Comparison,
    VerdictPicture,
    policy_comparison,
    policy_verdict,
)
from fargate_kit.learn.views.request_router import AnswerRow, RouterPicture, request_router
from fargate_kit.learn.views.revision_diff import ChangedPlace, revision_diff
from fargate_kit.learn.views.scaling_chart import (
    ActivityLine,
    Cooldown,
    CpuPoint,
    ScalingHistory,
    ScalingMoment,
    Threshold,
    activity_list,
    scaling_chart,
)
from fargate_kit.learn.views.scaling_rules import AlarmRow, PolicyRow, ScalingRules, scaling_rules
from fargate_kit.learn.views.service import DeploymentBar, ServicePicture, service_picture
from fargate_kit.learn.views.size_grid import SizeChoice, size_grid, size_grid_text
from fargate_kit.learn.views.target_health import (
    TargetBoard,
    TargetGroupRows,
    TargetRow,
    target_health,
)
from fargate_kit.learn.views.two_roles import RoleUse, TwoRoles, two_roles

GOLDEN = Path(__file__).parent / "golden"
EVIL = "<script>alert('x')</script>\"&"

LIFE = TaskLife(
    name="0a1b2c3d",
    status="RUNNING",
    passed=frozenset({"PROVISIONING", "PENDING", "ACTIVATING"}),
    seconds={"PROVISIONING": 0.0, "PENDING": 5.2, "RUNNING": 21.75},
    facts=("Interface eni-1 has 172.31.10.32 in us-east-1a",),
    badge=SIMULATED,
)
NETWORK = NetworkPicture(
    name="VPC vpc-1 172.31.0.0/16",
    subnets=(
        SubnetBox(id="subnet-a", zone="us-east-1a", cidr="172.31.0.0/20"),
        SubnetBox(id="subnet-b", zone="us-east-1b", cidr="172.31.16.0/20"),
    ),
    interfaces=(
        TaskInterface(
            task="0a1b2c3d4e",
            status="RUNNING",
            subnet_id="subnet-a",
            interface_id="eni-1",
            private_ip="172.31.10.32",
            public_ip="203.0.113.7",
        ),
        TaskInterface(task="ffff0000aa", status="PROVISIONING", subnet_id="subnet-a"),
    ),
    badge=LIVE,
)
SERVICE = ServicePicture(
    name="web",
    status="ACTIVE",
    desired=4,
    running=3,
    pending=2,
    lowest=2,
    highest=6,
    deployments=(
        DeploymentBar(
            revision="web:2",
            status="PRIMARY",
            state="IN_PROGRESS",
            desired=4,
            running=1,
            pending=2,
            failed=1,
        ),
        DeploymentBar(
            revision="web:1", status="ACTIVE", state="COMPLETED", desired=2, running=2, pending=0
        ),
    ),
    events=("10:00:01 (service web) has started 2 tasks.",),
    badge=SIMULATED,
)
TREE = (
    Node(
        kind="cluster",
        name="hello",
        note="ACTIVE",
        children=(Node(kind="task", name="0a1b2c3d", note="RUNNING, runs web:1"),),
    ),
    Node(kind="family", name="web"),
)
LINES = [
    TailLine(at="10:00:01", source="web", text="GET / 200"),
    TailLine(at="10:00:02", source="sidecar", text="flushed"),
]
CHANGES = (
    ChangedPlace(path="memory", old="512", new="1024"),
    ChangedPlace(path="containerDefinitions[web].image", old=None, new="nginx"),
)
COMPOSE_MAP = ComposeMap(
    project="blog",
    files=(
        MappedFile(
            name="blog.yaml",
            lines=(
                FileLine(number=1, text="# as on a laptop"),
                FileLine(number=2, text="    image: wordpress:6.8", verdict="mapped"),
                FileLine(number=3, text="    ports:", verdict="altered"),
                FileLine(number=4, text='      - "8080:80"', verdict="altered"),
                FileLine(number=5, text="    container_name: our-blog", verdict="ignored"),
                FileLine(number=6, text="    devices: [/dev/snd]", verdict="refused"),
            ),
        ),
    ),
    fields=(
        MappedField(
            name="containerDefinitions[web].image",
            verdict="mapped",
            places=((0, 2),),
            value="wordpress:6.8",
        ),
        MappedField(
            name="containerDefinitions[web].portMappings",
            verdict="altered",
            places=((0, 3), (0, 4)),
            reasons=("port 8080 becomes 80",),
        ),
        MappedField(
            name="services.web.container_name",
            verdict="ignored",
            places=((0, 5),),
            reasons=("tasks have ids",),
        ),
        MappedField(
            name="services.web.devices",
            verdict="refused",
            places=((0, 6),),
            reasons=("Fargate gives no devices of a machine; remove it",),
        ),
    ),
    filled=("execution role ecsTaskExecutionRole",),
    cautions=("no file names subnets",),
    problems=("blog.yaml:6:5: services.web.devices: Fargate gives no devices of a machine",),
    badge="nothing was sent",
)
COMPOSE_PLAN = PlanList(
    project="blog",
    place="cluster blog, us-east-1",
    things=(
        PlannedThing(kind="log group", name="/ecs/blog", action="make", progress="done"),
        PlannedThing(kind="cluster", name="blog", action="leave"),
        PlannedThing(
            kind="task definition", name="blog", action="change", details=("memory: 512 → 1024",)
        ),
        PlannedThing(kind="service", name="blog", action="make", progress="begins"),
        PlannedThing(kind="service", name="blog-old", action="remove"),
        PlannedThing(kind="", name="deployment of blog", action="step"),
    ),
    problems=("there is no subnet subnet-1",),
    said=("(service blog) has started 1 tasks.",),
    badge=SIMULATED,
)
TARGETS = TargetBoard(
    name="Load balancer front",
    groups=(
        TargetGroupRows(
            name="front",
            check="type ip; asks GET / every 10 s and wants 200",
            rows=(
                TargetRow(
                    address="172.31.1.2:80", state="healthy", task="0a1b2c3d", zone="us-east-1a"
                ),
                TargetRow(
                    address="172.31.9.9:80",
                    state="unhealthy",
                    zone="us-east-1b",
                    reason="Target.ResponseCodeMismatch",
                    words="Health checks failed with these codes: [404]",
                    remedy="Check the path.",
                ),
            ),
        ),
        TargetGroupRows(name="docs", check="type ip"),
    ),
    badge=SIMULATED,
)
ROUTER = RouterPicture(
    name="GET / at front",
    rows=(
        AnswerRow(who="release 1 on ip-172-31-1-2", codes=(("200", 2),)),
        AnswerRow(who="the load balancer itself", codes=(("502", 1), ("503", 1)), failed=2),
    ),
    recent=((0, True), (1, False), (1, False), (0, True)),
    badge=SIMULATED,
)
TIMELINE = DeploymentTimeline(
    service="front",
    new="front:2",
    old="front:1",
    state="IN_PROGRESS",
    reason="ECS deployment in progress.",
    desired=3,
    lowest=2,
    highest=6,
    failed=1,
    moments=(
        Moment(seconds=0.0, new=0, old=3),
        Moment(seconds=42.0, new=2, old=3),
        Moment(seconds=90.0, new=2, old=2),
    ),
    events=(
        TimelineEvent(seconds=1.0, words="has started 3 tasks"),
        TimelineEvent(seconds=2.0, words="registered 1 targets"),
        TimelineEvent(seconds=80.0, words="a task is unhealthy", trouble=True),
    ),
    badge=SIMULATED,
)
DOCUMENT = DocumentText(
    name="fargate-kit",
    lines=("{", '  "Effect": "Deny",', '  "Action": "ecs:DeleteCluster"', "}"),
    marked=(MarkedLines(first=1, last=4, kind="denies", note="statement 1 forbids it"),),
)
VERDICT = VerdictPicture(
    principal="role housekeeper",
    action="ecs:DeleteCluster",
    resource="*",
    verdict="explicitDeny",
    why=('Statement 1 of "fargate-kit" forbids it, whatever else allows it.',),
    remedy="No statement can be added against it: narrow the one that forbids it.",
    documents=(DOCUMENT,),
    second="SimulatePrincipalPolicy says the same: explicitDeny.",
    badge=SIMULATED,
)
COMPARED = (
    Comparison(action="ecs:RunTask", resource="*", iam="allowed", ours="allowed"),
    Comparison(action="iam:PassRole", resource="*", iam="implicitDeny", ours="explicitDeny"),
)
ROLES = TwoRoles(
    name="orders:1",
    roles={"execution": None, "task": "orders-app"},
    uses=(
        RoleUse(who="caller", when="start", what="starts the task", needs="ecs:RunTask"),
        RoleUse(who="execution", when="before", what="opens the log stream", needs="logs:…"),
        RoleUse(who="task", when="running", what="your code calls AWS", needs="s3:GetObject"),
    ),
    badge=SIMULATED,
)
METER = CostMeter(
    per_hour=Decimal("0.0845275"),
    so_far=Decimal("0.2113"),
    per_month=Decimal("60.8598"),
    as_of=date(2026, 3, 31),
    source="a public table",
    uncounted=("1 NAT gateway: no price is known for us-east-1", "logs and traffic"),
    lines=(
        SpendingLine(
            what="task of 256 CPU units and 512 MiB",
            count=3,
            per_hour=Decimal("0.0370275"),
            so_far=Decimal("0.0926"),
        ),
        SpendingLine(
            what="public IPv4 address", count=5, per_hour=Decimal("0.025"), so_far=Decimal("0.0625")
        ),
    ),
    limit=Decimal("0.25"),
    badge=SIMULATED,
)
HISTORY = ScalingHistory(
    name="web",
    now=3600,
    moments=(
        ScalingMoment(at=1900, desired=2, running=2, load=95),
        ScalingMoment(at=2400, desired=2, running=2, load=180),
        ScalingMoment(at=2580, desired=4, running=2, load=180),
        ScalingMoment(at=2610, desired=4, running=4, load=180),
    ),
    cpu=tuple(
        CpuPoint(at=1920 + 60 * minute, percent=percent)
        for minute, percent in enumerate([47.5] * 8 + [90] * 4 + [45] * 16)
    ),
    thresholds=(Threshold(percent=50, words="target 50 %"),),
    minimum=1,
    maximum=4,
    cooldown=Cooldown(words="after scaling out", since=3570, until=3630),
    activities=(
        ActivityLine(
            at="10:00:01",
            status="Successful",
            text="Setting desired count to 4.",
            cause="monitor alarm high in state ALARM triggered policy cpu",
        ),
    ),
    badge=SIMULATED,
)
SCALING_RULES = ScalingRules(
    name="web",
    minimum=1,
    maximum=4,
    policies=(
        PolicyRow(name="cpu", kind="target tracking", wants="keeps CPU near 50", pauses="60 s"),
    ),
    alarms=(
        AlarmRow(name="high", state="ALARM", looks_for="CPU > 50 for 3 min", reason="crossed"),
        AlarmRow(name="low", state="INSUFFICIENT_DATA", looks_for="CPU < 45 for 15 min"),
    ),
    schedules=("morning, cron(0 8 ? * * *): at least 2",),
    rests="scaling in",
    badge=SIMULATED,
)
PICTURES = {
    "scaling_chart": scaling_chart(HISTORY),
    "scaling_rules": scaling_rules(SCALING_RULES),
    "activity_list": activity_list(HISTORY.activities, badge=SIMULATED),
    "policy_verdict": policy_verdict(VERDICT),
    "policy_documents": policy_documents([DOCUMENT], caption="What role x may do"),
    "policy_comparison": policy_comparison(COMPARED),
    "two_roles": two_roles(ROLES),
    "target_health": target_health(TARGETS),
    "request_router": request_router(ROUTER),
    "deployment_timeline": deployment_timeline(TIMELINE),
    "lifecycle": lifecycle(LIFE),
    "compose_map": compose_map_picture(COMPOSE_MAP),
    "compose_plan": compose_plan_picture(COMPOSE_PLAN),
    "network_map": network_map(NETWORK),
    "service": service_picture(SERVICE),
    "explorer": explorer(TREE, badge=SIMULATED),
    "log_tail": log_tail(LINES, badge=SIMULATED),
    "revision_diff": revision_diff("web:1", "web:2", CHANGES),
    "size_grid": size_grid(SizeChoice(cpu=256, memory=512, price="$0.0123 an hour")),
    "cost_meter": cost_meter(METER),
}
EVIL_ACTIVITY = ActivityLine(at=EVIL, status=EVIL, text=EVIL, cause=EVIL)
EVIL_PICTURES = {
    "scaling_chart": scaling_chart(
        ScalingHistory(
            name=EVIL,
            now=60,
            moments=(ScalingMoment(at=0, desired=1, running=1),),
            thresholds=(Threshold(percent=50, words=EVIL),),
            cooldown=Cooldown(words=EVIL, since=0, until=90),
            activities=(EVIL_ACTIVITY,),
            badge=EVIL,
        )
    ),
    "scaling_rules": scaling_rules(
        ScalingRules(
            name=EVIL,
            minimum=1,
            maximum=2,
            policies=(PolicyRow(name=EVIL, kind=EVIL, wants=EVIL, pauses=EVIL),),
            alarms=(AlarmRow(name=EVIL, state=EVIL, looks_for=EVIL, reason=EVIL),),
            schedules=(EVIL,),
            rests=EVIL,
        )
    ),
    "activity_list": activity_list([EVIL_ACTIVITY]),
    "policy_verdict": policy_verdict(
        VerdictPicture(
            principal=EVIL,
            action=EVIL,
            resource=EVIL,
            verdict=EVIL,
            why=(EVIL,),
            fix=EVIL,
            remedy=EVIL,
            documents=(DocumentText(name=EVIL, lines=(EVIL,)),),
            second=EVIL,
        )
    ),
    "policy_documents": policy_documents(
        [
            DocumentText(
                name=EVIL,
                lines=(EVIL,),
                marked=(MarkedLines(first=1, last=1, kind="wrong", note=EVIL),),
            )
        ],
        caption=EVIL,
    ),
    "policy_comparison": policy_comparison([
        Comparison(action=EVIL, resource=EVIL, iam=EVIL, ours=EVIL)
    ]),
    "two_roles": two_roles(
        TwoRoles(
            name=EVIL,
            roles={"execution": EVIL, "task": EVIL},
            uses=(RoleUse(who="task", when="running", what=EVIL, needs=EVIL),),
        )
    ),
    "target_health": target_health(
        TargetBoard(
            name=EVIL,
            groups=(
                TargetGroupRows(
                    name=EVIL,
                    check=EVIL,
                    rows=(
                        TargetRow(
                            address=EVIL,
                            state=EVIL,
                            task=EVIL,
                            zone=EVIL,
                            reason=EVIL,
                            words=EVIL,
                            remedy=EVIL,
                        ),
                    ),
                ),
            ),
        )
    ),
    "request_router": request_router(
        RouterPicture(
            name=EVIL, rows=(AnswerRow(who=EVIL, codes=((EVIL, 1),)),), recent=((0, True),)
        )
    ),
    "deployment_timeline": deployment_timeline(
        DeploymentTimeline(
            service=EVIL,
            new=EVIL,
            old=EVIL,
            state=EVIL,
            reason=EVIL,
            desired=1,
            lowest=1,
            highest=2,
            moments=(Moment(seconds=0.0, new=0, old=1),),
            events=(TimelineEvent(seconds=0.0, words=EVIL, trouble=True),),
        )
    ),
    "compose_map": compose_map_picture(
        ComposeMap(
            project=EVIL,
            files=(
                MappedFile(name=EVIL, lines=(FileLine(number=1, text=EVIL, verdict=EVIL),)),
                MappedFile(name=EVIL, lines=()),
            ),
            fields=(
                MappedField(name=EVIL, verdict=EVIL, places=((0, 1),), value=EVIL, reasons=(EVIL,)),
            ),
            filled=(EVIL,),
            cautions=(EVIL,),
            problems=(EVIL,),
            badge=EVIL,
        )
    ),
    "compose_plan": compose_plan_picture(
        PlanList(
            project=EVIL,
            place=EVIL,
            things=(
                PlannedThing(kind=EVIL, name=EVIL, action=EVIL, details=(EVIL,), progress=EVIL),
            ),
            problems=(EVIL,),
            said=(EVIL,),
        )
    ),
    "lifecycle": lifecycle(TaskLife(name=EVIL, status=EVIL, facts=(EVIL,), badge=EVIL)),
    "network_map": network_map(
        NetworkPicture(
            name=EVIL,
            subnets=(SubnetBox(id=EVIL, zone=EVIL, cidr=EVIL),),
            interfaces=(
                TaskInterface(
                    task=EVIL,
                    status=EVIL,
                    subnet_id=EVIL,
                    interface_id=EVIL,
                    private_ip=EVIL,
                    public_ip=EVIL,
                ),
            ),
        )
    ),
    "service": service_picture(
        ServicePicture(
            name=EVIL,
            status=EVIL,
            desired=1,
            running=1,
            pending=0,
            lowest=1,
            highest=2,
            deployments=(
                DeploymentBar(
                    revision=EVIL, status=EVIL, state=EVIL, desired=1, running=1, pending=0
                ),
            ),
            events=(EVIL,),
        )
    ),
    "explorer": explorer((Node(kind=EVIL, name=EVIL, note=EVIL, children=TREE),)),
    "log_tail": log_tail([TailLine(at=EVIL, source=EVIL, text=EVIL)], contains=EVIL, caption=EVIL),
    "revision_diff": revision_diff(EVIL, EVIL, [ChangedPlace(path=EVIL, old=EVIL, new=EVIL)]),
    "size_grid": size_grid(SizeChoice(cpu=1, memory=1, source=EVIL)),
    "cost_meter": cost_meter(
        CostMeter(
            per_hour=Decimal(0),
            so_far=Decimal(0),
            per_month=Decimal(0),
            as_of=None,
            source=EVIL,
            uncounted=(EVIL,),
            lines=(SpendingLine(what=EVIL, count=1, per_hour=Decimal(0), so_far=Decimal(0)),),
            limit=Decimal(0),
            badge=EVIL,
        )
    ),
}
VOID = {"rect", "path", "br", "circle"}


class Reader(HTMLParser):
    """Reads a picture as a screen reader would: names, roles, words, and what is not closed."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.drawings: list[dict[str, str | None]] = []
        self.words: list[str] = []
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        given = dict(attrs)
        self.addresses += [
            value or "" for name, value in attrs if name in {"href", "src", "xlink:href"}
        ]
        if tag == "svg":
            self.drawings.append(given)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> without a beginning"
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize("name", PICTURES)
def test_picture_is_as_it_was(name: str) -> None:
    """Nobody changes a picture by accident; FARGATE_KIT_GOLDEN=1 writes what is meant."""
    file = GOLDEN / f"{name}.html"
    if os.environ.get("FARGATE_KIT_GOLDEN"):
        file.write_text(PICTURES[name] + "\n", encoding="utf-8")
    assert PICTURES[name] + "\n" == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PICTURES)
def test_picture_is_whole_and_asks_nobody(name: str) -> None:
    """Every element is closed, and nothing in it has an address."""
    reader = Reader(PICTURES[name])
    assert reader.open == []
    assert reader.addresses == []
    assert not reader.tags & {"script", "img", "link", "iframe", "object", "image"}
    assert "url(" not in PICTURES[name]


@pytest.mark.parametrize("name", EVIL_PICTURES)
def test_texts_from_outside_are_escaped(name: str) -> None:
    """A log line or a name may say what it likes; none of it becomes markup."""
    reader = Reader(EVIL_PICTURES[name])
    assert "script" not in reader.tags
    assert reader.open == []
    assert "<script" not in EVIL_PICTURES[name].lower()


@pytest.mark.parametrize("name", PICTURES)
def test_drawing_tells_its_fact_in_words(name: str) -> None:
    """Every drawing is an image with a name, for those who do not see it."""
    for drawing in Reader(PICTURES[name]).drawings:
        assert drawing["role"] == "img"
        assert len(drawing["aria-label"] or "") > 10


@pytest.mark.parametrize("state", STATES)
def test_state_is_told_by_word_and_mark(state: str) -> None:
    """Without colours the present state is still the one with the arrow."""
    reader = Reader(lifecycle(TaskLife(name="t", status=state)))
    words = [word for word in reader.words if word.strip()]
    assert words[words.index("▶") + 1] == state
    assert words.count("▶") == 1


def test_unknown_state_is_shown_as_well() -> None:
    """A state that AWS adds one day gets a box of its own."""
    assert "HIBERNATING" in Reader(lifecycle(TaskLife(name="t", status="HIBERNATING"))).words


@pytest.mark.parametrize("look", STATES.values(), ids=list(STATES))
def test_colours_have_contrast_against_white(look: object) -> None:
    """WCAG asks for 4.5 between a text and its ground."""
    colour = look.colour  # type: ignore[attr-defined]
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    assert 1.05 / (luminance + 0.05) >= 4.5


def test_badge_says_where_this_is() -> None:
    """Simulated and live are told apart by a word and a mark."""
    assert "◇ simulated" in Reader(figure("", caption="x", badge=SIMULATED)).words
    assert "● live AWS" in Reader(figure("", caption="x", badge=LIVE)).words


def test_log_tail_is_bounded() -> None:
    """However much a container writes, a notebook shows the last lines."""
    lines = [TailLine(at="10:00:00", source="web", text=f"line {n};") for n in range(5000)]
    html = log_tail(lines)
    shown = re.findall(r"line \d+;", html)
    assert len(shown) == MOST_LINES
    assert shown[-1] == "line 4999;"
    assert len(log_tail([TailLine(at="", source="", text="x" * 100_000)])) < 10_000


def test_log_tail_keeps_what_is_asked_for() -> None:
    """The filter takes no account of capitals, and the caption says how many are left."""
    html = log_tail(LINES, contains="get")
    assert "GET / 200" in html
    assert "flushed" not in html
    assert "1 of 2 lines with" in html


def test_size_grid_explains_a_refusal() -> None:
    """A pair that Fargate lacks is answered with what it has."""
    text = size_grid_text(SizeChoice(cpu=256, memory=4096))
    assert text.endswith("256 CPU units take 512, 1024, 2048 MiB")
    assert "CPU units are 256" in size_grid_text(SizeChoice(cpu=300, memory=512))


def test_tree_reads_as_indented_text() -> None:
    """The same tree serves where there is no HTML."""
    assert explorer_text(TREE).splitlines() == [
        "cluster hello (ACTIVE)",
        "  task 0a1b2c3d (RUNNING, runs web:1)",
        "family web",
    ]


@pytest.mark.parametrize(
    ("so_far", "limit", "words"),
    [
        ("0.1", "0.25", "within the limit: 40% of $0.25"),
        ("0.2", "0.25", "close to the limit: 80% of $0.25"),
        ("0.25", "0.25", "close to the limit: 100% of $0.25"),
        ("0.26", "0.25", "over the limit: 104% of $0.25"),
        ("0.01", "0", "over the limit: more than all of $0.00"),
        ("0", "0", "close to the limit: nothing of $0.00"),
    ],
)
def test_cost_meter_says_how_near_the_limit_is(so_far: str, limit: str, words: str) -> None:
    """The bar has a word and not only a colour; it warns before the limit is reached."""
    meter = replace(METER, so_far=Decimal(so_far), limit=Decimal(limit))
    assert words in cost_meter_text(meter)
    (drawing,) = Reader(cost_meter(meter)).drawings
    assert drawing["aria-label"] == words


def test_cost_meter_tells_a_thought_from_a_bill() -> None:
    """What was simulated would have cost something; on AWS it has."""
    assert "would have cost $0.2113 so far" in cost_meter_text(METER)
    assert "has cost $0.2113 so far" in cost_meter_text(replace(METER, badge=LIVE))
    assert "never a bill" in cost_meter(replace(METER, badge=LIVE))


def test_cost_meter_names_what_it_does_not_count() -> None:
    """Something without a price is told in words, where the sums are."""
    assert "not counted: 1 NAT gateway: no price is known" in cost_meter_text(METER)
    assert "1 NAT gateway" in "".join(Reader(cost_meter(METER)).words)
