"""What goes wrong by plan: faults that wait for their moment, and verbs that strike at once."""

from __future__ import annotations

from fargate_kit.sim.fault_json import fault_from_json, fault_to_json
from fargate_kit.sim.fault_kinds import (
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
)
from fargate_kit.sim.fault_questions import KILLED, UNHARMED, Fate, FaultQuestions
from fargate_kit.sim.fault_strikes import FaultStrikes

__all__ = [
    "KILLED",
    "KINDS",
    "UNHARMED",
    "AddressesExhausted",
    "CapacityUnavailable",
    "Crash",
    "DropConnection",
    "ExpiredCredentials",
    "Fate",
    "Fault",
    "Faults",
    "ImageMissing",
    "InterfaceTimeout",
    "InvalidFault",
    "LateLogLines",
    "LoseReply",
    "OutOfMemory",
    "Refuse",
    "SlowPull",
    "SlowReply",
    "SpotInterruption",
    "TargetUnhealthy",
    "Throttle",
    "Unhealthy",
    "ZoneOutage",
    "fault_from_json",
    "fault_to_json",
]


class Faults(FaultQuestions, FaultStrikes):
    """The plan of an account: what will go wrong, when, how often still, and how likely."""
