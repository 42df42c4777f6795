"""The deployment configuration of a service, and the arithmetic that follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fargate_kit.sim.ecs.services import wording

BREAKER_LEAST = 3
BREAKER_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """A deployment circuit breaker (service model, DeploymentCircuitBreaker)."""

    enable: bool = False
    rollback: bool = False
    reset_on_healthy_task: bool = True
    threshold_type: str = "BOUNDED_PERCENT"
    threshold_value: int = 50

    def threshold(self, desired: int) -> int:
        """Tell how many failures make a deployment fail.

        Source: Developer Guide, page deployment-circuit-breaker; service model,
        ThresholdConfiguration.

        Args:
            desired: The latest desired count of the service.
        """
        if self.threshold_type == "COUNT":
            return self.threshold_value
        share = -(-desired * self.threshold_value // 100)
        if self.threshold_type == "UNBOUNDED_PERCENT":
            return max(1, share)
        return min(BREAKER_MOST, max(BREAKER_LEAST, share))


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlySuccess:
    """When a deployment is complete before all of its tasks are healthy."""

    healthy_percent: int
    blocking: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """How many tasks a deployment starts and stops at once, and when it has failed.

    Source: service model, DeploymentConfiguration.
    """

    minimum_healthy_percent: int = 100
    maximum_percent: int = 200
    breaker: Breaker = Breaker()
    early_success: EarlySuccess | None = None

    def minimum(self, desired: int) -> int:
        """Tell how many healthy tasks must stay."""
        return -(-desired * self.minimum_healthy_percent // 100)

    def maximum(self, desired: int) -> int:
        """Tell how many tasks may be RUNNING or on their way to it."""
        return desired * self.maximum_percent // 100

    def required(self, desired: int) -> int:
        """Tell how many healthy tasks complete a deployment (page early-success-criteria)."""
        if self.early_success is None:
            return desired
        return min(desired, max(1, -(-desired * self.early_success.healthy_percent // 100)))

    def picture(self) -> dict[str, Any]:
        """Write it as AWS answers it."""
        breaker = self.breaker
        picture: dict[str, Any] = {
            "deploymentCircuitBreaker": {
                "enable": breaker.enable,
                "rollback": breaker.rollback,
                "resetOnHealthyTask": breaker.reset_on_healthy_task,
                "thresholdConfiguration": {
                    "type": breaker.threshold_type,
                    "value": breaker.threshold_value,
                },
            },
            "maximumPercent": self.maximum_percent,
            "minimumHealthyPercent": self.minimum_healthy_percent,
            "alarms": {"alarmNames": [], "rollback": False, "enable": False},
            "strategy": "ROLLING",
            "bakeTimeInMinutes": 0,
        }
        if (early := self.early_success) is not None:
            picture["earlySuccessCriteria"] = {
                "enable": True,
                "healthyPercent": early.healthy_percent,
                "sourceServiceRevisionCleanup": "BLOCKING" if early.blocking else "DEFERRED",
            }
        return picture


def read_configuration(given: Mapping[str, Any] | None, held: Configuration) -> Configuration:
    """Check a deploymentConfiguration, and put it over the one that holds.

    Args:
        given: As a request has it; what it does not name stays.
        held: What holds, or the defaults.

    Raises:
        AwsError: A number makes no sense, or it asks for what is not simulated.
    """
    given = given or {}
    _check_simulated(given)
    read = replace(
        held,
        minimum_healthy_percent=given.get("minimumHealthyPercent", held.minimum_healthy_percent),
        maximum_percent=given.get("maximumPercent", held.maximum_percent),
        breaker=_read_breaker(given.get("deploymentCircuitBreaker"), held.breaker),
        early_success=_read_early_success(given.get("earlySuccessCriteria"), held.early_success),
    )
    _check_percents(read)
    return read


def _check_simulated(given: Mapping[str, Any]) -> None:
    strategy = given.get("strategy", "ROLLING")
    if strategy != "ROLLING":
        raise wording.NOT_SIMULATED.error(what=f"The deployment strategy {strategy}")
    if (given.get("alarms") or {}).get("enable"):
        raise wording.NOT_SIMULATED.error(what="A deployment that watches CloudWatch alarms")
    for member in ("lifecycleHooks", "linearConfiguration", "canaryConfiguration"):
        if given.get(member):
            raise wording.ONLY_WITH_OTHER_STRATEGY.error(member=member)
    if given.get("bakeTimeInMinutes"):
        raise wording.ONLY_WITH_OTHER_STRATEGY.error(member="bakeTimeInMinutes")


def _check_percents(read: Configuration) -> None:
    least, most = read.minimum_healthy_percent, read.maximum_percent
    if not 0 <= least <= 100:
        raise wording.PERCENT_RANGE.error(member="minimumHealthyPercent", least=0, given=least)
    if not 100 <= most <= 2**31 - 1:
        raise wording.PERCENT_RANGE.error(member="maximumPercent", least=100, given=most)
    if least == most:
        raise wording.PERCENTS_BLOCK.error()
    early = read.early_success
    if early is not None and not least <= early.healthy_percent <= 100:
        raise wording.PERCENT_RANGE.error(
            member="healthyPercent", least=least, given=early.healthy_percent
        )


def _read_breaker(given: Mapping[str, Any] | None, held: Breaker) -> Breaker:
    if given is None:
        return held
    threshold = given.get("thresholdConfiguration") or {}
    read = Breaker(
        enable=given["enable"],
        rollback=given["rollback"],
        reset_on_healthy_task=given.get("resetOnHealthyTask", held.reset_on_healthy_task),
        threshold_type=threshold.get("type", held.threshold_type),
        threshold_value=threshold.get("value", held.threshold_value),
    )
    most = 2**31 - 1 if read.threshold_type == "COUNT" else 100
    if not 1 <= read.threshold_value <= most:
        raise wording.THRESHOLD_RANGE.error(most=most, given=read.threshold_value)
    return read


def _read_early_success(
    given: Mapping[str, Any] | None, held: EarlySuccess | None
) -> EarlySuccess | None:
    if given is None:
        return held
    if not given["enable"]:
        return None
    cleanup = given.get("sourceServiceRevisionCleanup")
    if given.get("healthyPercent") is None or cleanup is None:
        raise wording.EARLY_SUCCESS_INCOMPLETE.error()
    return EarlySuccess(healthy_percent=given["healthyPercent"], blocking=cleanup == "BLOCKING")
