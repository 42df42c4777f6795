"""Requests about the simulation itself: what runs, the clock, planned faults, a fresh start."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from fargate_kit.sim.clock import StepClock, WallClock
from fargate_kit.sim.engine import EngineRunaway, NotSettled, WrongClock
from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.faults import InvalidFault, fault_from_json, fault_to_json
from fargate_kit.sim.quotas import InvalidQuotas, Quotas, changed_quotas, quotas_to_json
from fargate_kit.sim.request import Request, Response

if TYPE_CHECKING:
    from fargate_kit.sim.account import Account

log = logging.getLogger("fargate_kit.sim")


class _BadRequest(ValueError):
    """The request makes no sense; the text says why."""


def is_control(request: Request) -> bool:
    """Say whether a request is about the simulation and not to a service of AWS.

    The root without a query is: a browser asks for it, and no AWS client without
    a signature does.
    """
    path = request.path
    if path.startswith(("/_sim/", "/moto-api")) or path == "/_sim":
        return True
    plain = "authorization" not in request.headers and not request.query
    return path == "/" and request.method == "GET" and plain


class Control:
    """Answers `/_sim/*`, in JSON, and moto's own `/moto-api/reset`.

    Args:
        account: What is told about and changed.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        self._verbs: dict[tuple[str, str], Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            ("GET", "/"): lambda _: self._overview(),
            ("GET", "/_sim"): lambda _: self._overview(),
            ("GET", "/_sim/clock"): lambda _: self._clock(),
            ("POST", "/_sim/clock"): self._change_clock,
            ("GET", "/_sim/faults"): lambda _: self._faults(),
            ("POST", "/_sim/faults"): self._change_faults,
            ("GET", "/_sim/quotas"): lambda _: self._quotas(),
            ("POST", "/_sim/quotas"): self._change_quotas,
            ("POST", "/_sim/load"): self._set_load,
            ("POST", "/_sim/reset"): lambda _: self._reset(),
            ("POST", "/moto-api/reset"): lambda _: self._reset(),
        }

    def answer(self, request: Request, request_id: str) -> Response:
        """Do what a request says.

        Returns:
            JSON; status 400 with the member `error` where the request makes no sense.
        """
        path = request.path.rstrip("/") or "/"
        verb = self._verbs.get((request.method, path))
        status = 200
        try:
            if verb is None:
                raise _BadRequest(self._no_such(request.method, path))
            body = verb(_read(request.body))
        except (
            _BadRequest,
            InvalidFault,
            InvalidQuotas,
            LookupError,
            WrongClock,
            NotSettled,
            EngineRunaway,
        ) as refusal:
            status, body = 400, {"error": str(refusal)}
        except Exception as failure:
            log.exception("the simulator failed on %s %s", request.method, path)
            status, body = 400, {"error": f"the simulator failed: {failure!r}"}
        return Response(
            status=status,
            headers={"content-type": "application/json", "x-amzn-requestid": request_id},
            body=json.dumps(body, indent=2).encode() + b"\n",
        )

    def _overview(self) -> dict[str, Any]:
        account = self._account
        account.engine.advance()
        tasks: dict[str, Counter[str]] = {}
        for ecs in account.regions:
            tasks[ecs.region] = Counter(
                task.last_status
                for cluster in ecs.state.clusters.values()
                for task in cluster.tasks.values()
            )
        calls: dict[str, dict[str, int]] = {}
        for (service, operation), count in sorted(account.calls.items()):
            calls.setdefault(service, {})[operation] = count
        return {
            "account_id": account.id,
            "seed": account.seed,
            "default_region": account.default_region,
            "enforce_iam": account.enforce_iam,
            "quotas": account.quotas.quotas is not None,
            "clock": self._clock(),
            "tasks": tasks,
            "calls": calls,
            **self._faults(),
        }

    def _clock(self) -> dict[str, Any]:
        engine = self._account.engine
        due = engine.next_due()
        picture: dict[str, Any] = {"kind": "other"}
        if isinstance(engine.clock, WallClock):
            picture = {"kind": "wall", "speed": engine.clock.speed}
        elif isinstance(engine.clock, StepClock):
            picture = {"kind": "step"}
        now = engine.clock.now()
        return {
            **picture,
            "now": now / 1e6,
            "due_in": None if due is None else max(0, due - now) / 1e6,
            "settled": engine.settled,
        }

    def _change_clock(self, wish: Mapping[str, Any]) -> dict[str, Any]:
        engine = self._account.engine
        if len(wish) != 1:
            raise _BadRequest(
                'say one of {"advance": seconds}, {"step": true}, {"settle": true}, '
                '{"speed": nominal seconds per second}'
            )
        ((verb, value),) = wish.items()
        if verb in {"advance", "speed"}:
            if type(value) not in {int, float}:
                raise _BadRequest(f"{verb} takes a number, not {value!r}")
            try:
                (engine.advance_by if verb == "advance" else engine.change_speed)(value)
            except ValueError as refusal:
                raise _BadRequest(str(refusal)) from None
        elif verb in {"step", "settle"}:
            if value is not True:
                raise _BadRequest(f"{verb} takes true, not {value!r}")
            (engine.step if verb == "step" else engine.settle)()
        else:
            raise _BadRequest(
                f"a clock cannot {verb}: it can advance, step, settle, or get a speed"
            )
        return self._clock()

    def _faults(self) -> dict[str, Any]:
        faults = self._account.faults
        return {
            "faults": [
                {"number": number, "active": faults.active(number), **fault_to_json(fault)}
                for number, fault in faults.planned()
            ]
        }

    def _change_faults(self, wish: Mapping[str, Any]) -> dict[str, Any]:
        faults = self._account.faults
        self._account.engine.advance()
        if "fault" in wish:
            return {"number": faults.plan(fault_from_json(wish))}
        if "verb" in wish:
            faults.perform(wish)
        elif wish == {"clear": True}:
            faults.clear()
        elif list(wish) == ["withdraw"]:
            number = wish["withdraw"]
            if type(number) is not int or not faults.withdraw(number):
                raise _BadRequest(f"no fault {number!r} is planned")
        else:
            raise _BadRequest(
                'say {"fault": kind, ...}, {"verb": verb, "task": id}, '
                '{"withdraw": number} or {"clear": true}'
            )
        return self._faults()

    def _quotas(self) -> dict[str, Any]:
        quotas = self._account.quotas.quotas
        return {"on": quotas is not None, **quotas_to_json(quotas or Quotas())}

    def _change_quotas(self, wish: Mapping[str, Any]) -> dict[str, Any]:
        """Turn quotas on or off, or change some of them, which turns them on."""
        self._account.engine.advance()
        keeper = self._account.quotas
        members = dict(wish)
        on = members.pop("on", True)
        if not wish or type(on) is not bool or (members and not on):
            raise _BadRequest('say {"on": true}, {"on": false}, or {quota: value, ...}')
        keeper.change(changed_quotas(keeper.quotas or Quotas(), members) if on else None)
        return self._quotas()

    def _set_load(self, wish: Mapping[str, Any]) -> dict[str, Any]:
        known = {"cluster", "service", "cpu", "memory", "region"}
        if not {"cluster", "service"} <= wish.keys() <= known:
            raise _BadRequest(
                'say {"cluster": name, "service": name, "cpu": percent of one task, '
                '"memory": percent of one task, "region": name}; all but the names may be left out'
            )
        for name in ("cluster", "service", "region"):
            if not isinstance(wish.get(name, ""), str):
                raise _BadRequest(f"{name} takes a string, not {wish[name]!r}")
        for name in ("cpu", "memory"):
            if type(wish.get(name, 0)) not in {int, float}:
                raise _BadRequest(f"{name} takes a number, not {wish[name]!r}")
        account = self._account
        account.engine.advance()
        try:
            scaling = account.scaling(wish.get("region", account.default_region))
            load = scaling.set_load(
                wish["cluster"], wish["service"], cpu=wish.get("cpu"), memory=wish.get("memory")
            )
        except AwsError as refusal:
            raise _BadRequest(refusal.message) from None
        except ValueError as refusal:
            raise _BadRequest(str(refusal)) from None
        told = {"cpu": load.cpu, "memory": load.memory}
        return {name: one for name, one in told.items() if isinstance(one, int | float)}

    def _reset(self) -> dict[str, Any]:
        self._account.reset()
        return {"status": "ok"}

    def _no_such(self, method: str, path: str) -> str:
        there = ", ".join(f"{verb} {place}" for verb, place in self._verbs if place != "/")
        return f"{method} {path} is not there; there are {there}"


def _read(body: bytes) -> Mapping[str, Any]:
    if not body.strip():
        return {}
    try:
        value = json.loads(body)
    except ValueError:
        raise _BadRequest("the body is not JSON") from None
    if not isinstance(value, dict):
        raise _BadRequest("the body is not a JSON object")
    return value
