"""The load on services is set by a verb, and by a control request."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from fargate_kit.sim.request import Request


def post(shop: Any, wish: object) -> tuple[int, dict[str, Any]]:
    """Send a control request."""
    request = Request(
        method="POST", path="/_sim/load", query="", headers={}, body=json.dumps(wish).encode()
    )
    answer = shop.account.answer(request)
    return answer.status, json.loads(answer.body)


def test_a_slider_moves_the_service(served: Any) -> None:
    """A load that is set over HTTP is what policies act on; what is left out stays."""
    served.track()
    assert post(served, {"cluster": "demo", "service": "web", "cpu": 180}) == (200, {"cpu": 180})
    status, told = post(served, {"cluster": "demo", "service": "web", "memory": 20.5})
    assert (status, told) == (200, {"cpu": 180, "memory": 20.5})
    served.until(4)


BAD_WISHES: list[tuple[dict[str, Any], str]] = [
    ({}, "say {"),
    ({"cluster": "demo", "service": "web", "disk": 1}, "say {"),
    ({"cluster": "demo", "service": "other", "cpu": 1}, "no active service 'other'"),
    ({"cluster": "demo", "service": "web", "cpu": "much"}, "takes a number"),
    ({"cluster": "demo", "service": "web", "cpu": True}, "takes a number"),
    ({"cluster": "demo", "service": 1, "cpu": 1}, "takes a string"),
    ({"cluster": "demo", "service": "web", "cpu": -1}, "0 percent or more"),
    ({"cluster": "demo", "service": "web", "cpu": 1, "region": "moon-1"}, "no AWS Region"),
]


def test_a_bad_wish_is_refused(served: Any) -> None:
    """A control request that makes no sense gets a sentence that says why."""
    for wish, text in BAD_WISHES:
        status, told = post(served, wish)
        assert status == 400
        assert text in told["error"]


def test_impossible_demands_are_refused(served: Any) -> None:
    """A demand is a finite number of percent and not negative."""
    for demand in (-1.0, math.inf, math.nan):
        with pytest.raises(ValueError, match="0 percent or more"):
            served.load(cpu=demand)


def test_the_load_is_forgotten_by_a_reset(served: Any) -> None:
    """A reset forgets targets, alarms and loads with everything else."""
    served.track()
    served.load(cpu=180)
    served.account.reset()
    assert served.states() == {}
    assert served.activities() == []
    assert served.engine.pending() == []
