"""The pictures of scaling: the fact in words, steps that are true, labels that can be read."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from fargate_kit.learn.views.scaling_chart import (
    LEFT,
    MOST_ACTIVITIES,
    RIGHT,
    TEXT_HEIGHT,
    WINDOW,
    ActivityLine,
    Cooldown,
    CpuPoint,
    ScalingHistory,
    ScalingMoment,
    Threshold,
    activity_list,
    activity_list_text,
    scaling_chart,
    scaling_chart_text,
)
from fargate_kit.learn.views.scaling_rules import (
    AlarmRow,
    PolicyRow,
    ScalingRules,
    scaling_rules,
    scaling_rules_text,
)

BEGUN = ScalingHistory(
    name="web", now=60.0, moments=(ScalingMoment(at=0.0, desired=2, running=1, load=95),)
)


def paths(html: str, width: float) -> list[list[tuple[float, float]]]:
    """Return the corners of each line of a width."""
    found = re.findall(rf'd="M([^"]+)" fill="none" stroke="[^"]+" stroke-width="{width:g}"', html)
    return [
        list(zip(map(float, way.split()[::2]), map(float, way.split()[1::2]), strict=True))
        for way in found
    ]


def desired(history: ScalingHistory) -> list[tuple[float, float]]:
    (line,) = paths(scaling_chart(history), 4)
    return line


def test_words_tell_what_the_chart_shows() -> None:
    """Load, CPU, what the policies look at, tasks, bounds and cooldown: all of it is said."""
    history = replace(
        BEGUN,
        cpu=(CpuPoint(at=30.0, percent=94.6),),
        thresholds=(Threshold(percent=50, words="target 50 %"),),
        minimum=1,
        maximum=4,
        cooldown=Cooldown(words="after scaling out", since=30.0, until=90.0),
    )
    assert scaling_chart_text(history) == (
        "service web: 1 of 2 tasks run, the load is 95 percent of one task, CPU is at 95 percent, "
        "target 50 %, scaling keeps 1 to 4 tasks, cooldown after scaling out, 30 s left"
    )
    html = scaling_chart(history)
    for words in ("━━ desired 2", "╍╍ running 1", "···· load 95 % of a task", "●— CPU 95 %"):
        assert words in html


def test_service_without_scaling_is_drawn_as_well() -> None:
    """Before the first policy there is a count, no bounds and no cooldown."""
    assert "it is not scaled automatically" in scaling_chart_text(BEGUN)
    html = scaling_chart(BEGUN)
    assert "none runs" in html
    assert "Nothing yet." in html
    assert "at most" not in html


def test_count_changes_in_a_step_and_not_in_a_slope() -> None:
    """Where the count changes, the line stands upright; it ends at the right edge."""
    history = replace(
        BEGUN,
        now=1800.0,
        moments=(
            ScalingMoment(at=0.0, desired=2, running=2),
            ScalingMoment(at=900.0, desired=4, running=2),
        ),
    )
    line = desired(history)
    middle = (LEFT + RIGHT) / 2
    assert [x for x, _ in line] == [LEFT, middle, middle, RIGHT]
    assert line[0][1] == line[1][1] > line[2][1] == line[3][1]


def test_looks_that_saw_no_change_cost_no_corners() -> None:
    """A thousand equal moments are one level line."""
    many = tuple(ScalingMoment(at=float(at), desired=2, running=2) for at in range(0, 1800, 2))
    assert len(desired(replace(BEGUN, now=1800.0, moments=many))) == 2


def test_what_is_older_than_half_an_hour_is_left_out() -> None:
    """The line comes in from the left edge, and a point from before is not drawn."""
    history = replace(
        BEGUN,
        now=10_000.0,
        cpu=(
            CpuPoint(at=10_000.0 - WINDOW - 60, percent=10),
            CpuPoint(at=9_940.0, percent=20),
        ),
    )
    assert desired(history)[0][0] == LEFT
    assert scaling_chart(history).count("<circle") == 1


def test_cooldown_that_is_over_is_not_shown() -> None:
    """A bar of nothing would be read as one that has just begun."""
    over = replace(BEGUN, cooldown=Cooldown(words="after scaling in", since=0.0, until=60.0))
    assert "cooldown after" not in scaling_chart_text(over)
    assert "none runs" in scaling_chart(over)


@pytest.mark.parametrize("percent", [0.0, 49.9, 50.0, 100.0])
def test_labels_never_lie_upon_each_other(percent: float) -> None:
    """However near the lines are, their words stand apart, and inside the drawing."""
    history = replace(
        BEGUN,
        moments=(ScalingMoment(at=0.0, desired=1, running=1, load=100),),
        cpu=(CpuPoint(at=60.0, percent=percent),),
        thresholds=tuple(Threshold(percent=each, words=f"at {each}") for each in (50, 51, 52)),
        minimum=1,
        maximum=1,
    )
    html = scaling_chart(history)
    places = sorted(
        float(y) for x, y in re.findall(r'<text x="([\d.]+)" y="([\d.]+)"', html) if x == "808"
    )
    assert len(places) == 8
    gaps = [after - before for before, after in pairwise(places)]
    assert min(gaps) >= TEXT_HEIGHT - 0.01


def test_lists_are_bounded_in_the_chart_and_whole_alone() -> None:
    """The chart tells what was done last; a list that was asked for tells all of it."""
    lines = [
        ActivityLine(at=f"10:00:{n:02}", status="Failed", text=f"to {n};", cause="x")
        for n in range(20)
    ]
    chart = scaling_chart(replace(BEGUN, activities=tuple(lines)))
    assert len(re.findall(r"to \d+;", chart)) == MOST_ACTIVITIES
    assert len(re.findall(r"to \d+;", activity_list(lines))) == 20
    assert "✘ Failed" in chart
    assert activity_list_text(lines[:1]) == "10:00:00 Failed: to 0; (x)"
    assert "1 scaling activity" in activity_list(lines[:1])


def test_rules_tell_state_by_word_and_mark() -> None:
    """An alarm that is off, on or without data differs without colours; one unknown is shown."""
    rules = ScalingRules(
        name="web",
        minimum=1,
        maximum=4,
        policies=(PolicyRow(name="cpu", kind="steps", wants="CPU from 70 on: +1", pauses="0 s"),),
        alarms=tuple(
            AlarmRow(name=each, state=each, looks_for="")
            for each in ("OK", "ALARM", "INSUFFICIENT_DATA", "NEW")
        ),
    )
    html = scaling_rules(rules)
    for words in ("✓ OK", "▲ ALARM", "? INSUFFICIENT DATA", "? NEW"):
        assert words in html
    assert scaling_rules_text(rules) == (
        "service web is scaled between 1 and 4 tasks: cpu: CPU from 70 on: +1"
    )


def test_bounds_without_a_policy_say_that_nothing_happens() -> None:
    """Who has set the bounds alone is told that this is not all."""
    rules = ScalingRules(name="web", minimum=1, maximum=4, rests="scaling in")
    assert "No policy" in scaling_rules(rules)
    assert scaling_rules_text(rules).endswith("changes the count; at rest: scaling in")
