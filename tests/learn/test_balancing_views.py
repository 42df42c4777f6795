"""The pictures of traffic: readable without colours, honest about failures, bounded."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from fargate_kit.learn.views.deployment_timeline import (
    MOST_EVENTS,
    DeploymentTimeline,
    Moment,
    TimelineEvent,
    deployment_timeline,
    deployment_timeline_text,
)
from fargate_kit.learn.views.request_router import (
    MOST_DOTS,
    AnswerRow,
    RouterPicture,
    request_router,
    request_router_text,
)
from fargate_kit.learn.views.target_health import (
    TARGET_STATES,
    TargetBoard,
    TargetGroupRows,
    TargetRow,
    target_health,
    target_health_text,
)
from fargate_kit.learn.visitor import BALANCER, MOST_ROWS, OTHERS, Tally


def board(*rows: TargetRow) -> TargetBoard:
    return TargetBoard(name="Load balancer web", groups=(TargetGroupRows(name="web", rows=rows),))


@pytest.mark.parametrize("state", TARGET_STATES)
def test_state_of_a_target_is_told_by_word_and_mark(state: str) -> None:
    """Without colours each state still has its own mark, and its word beside it."""
    html = target_health(board(TargetRow(address="172.31.0.1:80", state=state)))
    assert f"{TARGET_STATES[state].mark} {state}" in html
    assert len({look.mark for look in TARGET_STATES.values()}) == len(TARGET_STATES)


@pytest.mark.parametrize("look", TARGET_STATES.values(), ids=list(TARGET_STATES))
def test_colours_of_targets_have_contrast_against_white(look: object) -> None:
    """WCAG asks for 4.5 between a text and its ground."""
    colour = look.colour  # type: ignore[attr-defined]
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    assert 1.05 / (luminance + 0.05) >= 4.5


def test_board_counts_targets_by_state() -> None:
    """The text says how many are how; no group and no target are facts as well."""
    rows = [TargetRow(address=f"172.31.0.{n}:80", state="healthy") for n in range(2)]
    sick = TargetRow(address="172.31.0.9:80", state="unhealthy", remedy="Check the path.")
    assert target_health_text(board(*rows, sick)) == "web: 2 healthy, 1 unhealthy"
    assert target_health_text(board()) == "web: no targets"
    assert target_health_text(TargetBoard(name="Load balancer web")).endswith("no target group")
    assert "Check the path." in target_health(board(sick))


def test_failures_stand_out_in_words_and_shapes() -> None:
    """A failed request is a cross and not a dot, and its row says with which code."""
    tally = Tally("GET / at web")
    for _ in range(3):
        tally.count("release 1", 200)
    tally.count(BALANCER, 503)
    tally.count("nobody", None)
    html, picture = request_router(tally.picture()), tally.picture()
    assert (tally.sent, tally.failed) == (5, 2)
    assert html.count("<circle") == 3
    assert html.count("l6 6 m0 -6 l-6 6") == 2
    assert "✕ 1 × 503" in html
    assert "✕ 1 × no answer" in html
    assert [row.who for row in picture.rows] == ["release 1", "nobody", BALANCER]
    assert request_router_text(picture).startswith("5 requests, 2 failed")
    assert repr(tally) == request_router_text(picture)


def test_requests_and_their_answerers_are_bounded() -> None:
    """However many answer, and however often, the picture keeps its size."""
    tally = Tally("GET / at web")
    for number in range(500):
        tally.count(f"page {number}", 200)
    assert len(tally.picture().rows) == MOST_ROWS + 1
    assert tally.answered[OTHERS] == 500 - MOST_ROWS
    assert request_router(tally.picture()).count("<circle") == MOST_DOTS


def test_router_without_requests_says_so() -> None:
    """Nothing is divided by nothing."""
    empty = RouterPicture(name="GET / at web")
    assert "No requests yet" in request_router(empty)
    assert request_router_text(empty) == "no requests to GET / at web yet"
    assert AnswerRow(who="x", codes=()).count == 0


LINE = DeploymentTimeline(
    service="web",
    new="web:2",
    old="web:1",
    state="IN_PROGRESS",
    desired=3,
    lowest=3,
    highest=6,
    moments=(Moment(seconds=0, new=0, old=3), Moment(seconds=50, new=3, old=3)),
)


def test_timeline_says_where_both_revisions_are() -> None:
    """The sentence has both counts; of a first deployment it has one."""
    assert deployment_timeline_text(LINE) == (
        "deployment of web:2 to web: IN_PROGRESS, 3 of 3 tasks run, 3 of web:1"
    )
    first = replace(LINE, old="", moments=(Moment(seconds=0, new=1, old=0),), failed=2)
    assert deployment_timeline_text(first).endswith("1 of 3 tasks run, 2 failed")


def test_timeline_draws_the_band_that_is_allowed() -> None:
    """Fewest, desired and most are named; where two are the same, the wish is."""
    html = deployment_timeline(LINE)
    assert "at most 6" in html
    assert "desired 3" in html
    assert "at least" not in html
    assert "at least 0" in deployment_timeline(replace(LINE, lowest=0, highest=3))


def test_names_at_one_height_do_not_cover_each_other() -> None:
    """When both revisions have as many tasks, their names stand one below the other."""
    html = deployment_timeline(LINE)
    found = re.findall(r'y="([\d.]+)"[^>]*>[●○] 3 × web', html)
    assert len(found) == 2
    assert abs(float(found[0]) - float(found[1])) >= 14


def test_timeline_keeps_the_last_events_and_marks_trouble() -> None:
    """A list that grows for ever is cut at its beginning; trouble has a mark and not a colour."""
    events = [TimelineEvent(seconds=n, words=f"event {n};") for n in range(40)]
    events.append(TimelineEvent(seconds=41, words="it fails", trouble=True))
    html = deployment_timeline(replace(LINE, events=tuple(events)))
    assert html.count("<li") == MOST_EVENTS
    assert "event 0;" not in html
    assert "✕ 41 s: it fails" in html
