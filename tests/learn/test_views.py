"""The pictures: pure, escaped, readable without colours and without eyes, and as they were."""

from __future__ import annotations

import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

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
from fargate_kit.learn.views.revision_diff import ChangedPlace, revision_diff
from fargate_kit.learn.views.service import DeploymentBar, ServicePicture, service_picture
from fargate_kit.learn.views.size_grid import SizeChoice, size_grid, size_grid_text

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
PICTURES = {
    "lifecycle": lifecycle(LIFE),
    "network_map": network_map(NETWORK),
    "service": service_picture(SERVICE),
    "explorer": explorer(TREE, badge=SIMULATED),
    "log_tail": log_tail(LINES, badge=SIMULATED),
    "revision_diff": revision_diff("web:1", "web:2", CHANGES),
    "size_grid": size_grid(SizeChoice(cpu=256, memory=512, price="$0.0123 an hour")),
}
EVIL_PICTURES = {
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
}
VOID = {"rect", "path", "br"}


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
