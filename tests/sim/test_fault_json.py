"""The JSON form of planned faults: complete, and explained where it is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fargate_kit.sim.fault_json import allowed_values, members_of
from fargate_kit.sim.faults import (
    KINDS,
    AddressesExhausted,
    CapacityUnavailable,
    Crash,
    DropConnection,
    ExpiredCredentials,
    Fault,
    ImageMissing,
    InterfaceTimeout,
    InvalidFault,
    LateLogLines,
    LoseReply,
    OutOfMemory,
    Refuse,
    SlowPull,
    SlowReply,
    SpotInterruption,
    TargetUnhealthy,
    Throttle,
    Unhealthy,
    ZoneOutage,
    fault_from_json,
    fault_to_json,
)

ALL: tuple[Fault, ...] = (
    ImageMissing(pattern="shop/*", remaining=2),
    CapacityUnavailable(provider="FARGATE_SPOT", zones=("us-east-1a",), remaining=3),
    InterfaceTimeout(remaining=None),
    SlowPull(pattern="*", factor=2.5),
    Unhealthy(pattern="web"),
    Throttle(operation="RunTask"),
    Refuse(operation="*", code="AccessDeniedException", message="no", service="logs", status=403),
    LoseReply(operation="RunTask"),
    LateLogLines(seconds=3.0, group="/ecs/*", remaining=5),
    ZoneOutage(zones=("us-east-1a", "us-east-1b"), after=60.0, until=600.0),
    SpotInterruption(group="service:web", zones=("us-east-1a",), remaining=2, after=3.5),
    AddressesExhausted(subnet="subnet-1", probability=0.25, seed=7),
    Crash(pattern="web", seconds=2.0, exit_code=3, until=60.0),
    OutOfMemory(pattern="web", seconds=5),
    TargetUnhealthy(target_group="*web*", address="10.0.0.1"),
    DropConnection(operation="RunTask", moment="after"),
    SlowReply(operation="*", seconds=1.5, service="*"),
    ExpiredCredentials(access_key="ASIA*", after=900.0),
)


def test_every_member_of_every_kind_says_what_it_may_be() -> None:
    """Each kind takes a time window, and each member that is wrong is named with what is right."""
    for kind in KINDS.values():
        members = members_of(kind)
        assert {"after", "until"} <= members.keys()
        for member in members:
            example = fault_to_json(next(one for one in ALL if type(one) is kind))
            with pytest.raises(InvalidFault) as caught:
                fault_from_json({**example, member: {}})
            assert f"'{member}' of {kind.__name__} is {allowed_values(member)}" in str(caught.value)


def test_every_kind_has_a_json_form() -> None:
    """Every fault survives JSON, and every kind of fault is known by its name."""
    assert {type(fault).__name__ for fault in ALL} == set(KINDS)
    for fault in ALL:
        text = json.dumps(fault_to_json(fault))
        assert fault_from_json(json.loads(text)) == fault


def test_json_defaults() -> None:
    """Members with defaults can be left out."""
    assert fault_from_json({"fault": "Throttle", "operation": "RunTask"}) == Throttle(
        operation="RunTask"
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "no such fault: None; there are ImageMissing"),
        ({"fault": "Flood"}, "no such fault: 'Flood'"),
        ({"fault": "Throttle"}, "needs the member 'operation'"),
        ({"fault": "Throttle", "operation": "x", "often": 1}, "no member 'often'; it has oper"),
        ({"fault": "Throttle", "operation": 7}, "'operation' of Throttle is a text, not 7"),
        ({"fault": "Throttle", "operation": ""}, "'operation'"),
        ({"fault": "Throttle", "operation": "x", "remaining": 0}, "1 or more"),
        ({"fault": "Throttle", "operation": "x", "remaining": True}, "1 or more"),
        ({"fault": "SlowPull", "pattern": "x", "factor": 0}, "greater than 0"),
        ({"fault": "CapacityUnavailable", "zones": "a"}, "Availability Zones"),
        ({"fault": "CapacityUnavailable", "zones": [1]}, "Availability Zones"),
        ({"fault": "CapacityUnavailable", "provider": "EC2"}, "FARGATE_SPOT"),
        ({"fault": "Refuse", "operation": "x", "code": "c", "status": 200}, "400 to 599"),
        ({"fault": "Throttle", "operation": "x", "after": -1}, "'after' of Throttle is a number"),
        ({"fault": "Throttle", "operation": "x", "after": 9, "until": 9}, "later than 'after', 9"),
        ({"fault": "Throttle", "operation": "x", "probability": 0}, "above 0 and up to 1"),
        ({"fault": "Throttle", "operation": "x", "seed": "s"}, "whole number, or null"),
        ({"fault": "DropConnection", "operation": "x", "moment": "now"}, "before, after"),
        ({"fault": "ZoneOutage"}, "needs the member 'zones'"),
        ({"fault": "ZoneOutage", "zones": []}, "at least one Availability Zone"),
        ({"fault": "ZoneOutage", "zones": ["a"], "remaining": 1}, "no member 'remaining'"),
        ({"fault": "Crash", "pattern": "x", "exit_code": 256}, "0 to 255"),
    ],
)
def test_bad_json_is_explained(data: dict[str, Any], words: str) -> None:
    """A fault that cannot be planned is refused with what is wrong and what is legal."""
    with pytest.raises(InvalidFault) as caught:
        fault_from_json(data)
    assert words in str(caught.value)
