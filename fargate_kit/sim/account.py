"""One simulated AWS account: its engine, its regions and moto behind one `answer`."""

from __future__ import annotations

import logging
import uuid
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import replace

from fargate_kit.sim.actions import check_action
from fargate_kit.sim.clock import SimClock, StepClock
from fargate_kit.sim.cloudwatch_logs.facts import Shown
from fargate_kit.sim.cloudwatch_logs.service import (
    OPERATIONS,
    START_LIVE_TAIL,
    CloudWatchLogs,
    no_place_to_stream,
)
from fargate_kit.sim.codec import JSON_CONTENT_TYPE, Codec, encode_error
from fargate_kit.sim.control import Control, is_control
from fargate_kit.sim.ecs.region import EcsRegion
from fargate_kit.sim.ecs.task_owner import TaskOwners
from fargate_kit.sim.engine import Engine
from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.faults import UNHARMED, Fate, Faults
from fargate_kit.sim.iam.callers import (
    Callers,
    access_key,
    check_signature,
    needs_beside_ecs,
)
from fargate_kit.sim.iam.requests import ecs_needs
from fargate_kit.sim.iam.simulation import OPERATIONS as SIMULATIONS
from fargate_kit.sim.iam.simulation import Simulation
from fargate_kit.sim.iam.starting import Starting
from fargate_kit.sim.load_balancing import pages
from fargate_kit.sim.load_balancing.addressing import Addressed, addressed
from fargate_kit.sim.load_balancing.metrics import Sample
from fargate_kit.sim.load_balancing.region import LoadBalancingRegion
from fargate_kit.sim.moto_adapter import MotoAdapter
from fargate_kit.sim.moto_turns import free_account_id
from fargate_kit.sim.quota_keeping import QuotaKeeper
from fargate_kit.sim.quotas import Quotas
from fargate_kit.sim.request import Request, Response, Route, check_region, route
from fargate_kit.sim.scaling.history import HistoryItem
from fargate_kit.sim.scaling.region import ScalingRegion
from fargate_kit.sim.schedules import Schedules
from fargate_kit.sim.streaming import StreamingResponse
from fargate_kit.sim.timing import Timing
from fargate_kit.sim.workloads import Workloads

log = logging.getLogger("fargate_kit.sim")

# What a client gets whose connection breaks before its request has done anything.
_DROPPED = Response(status=500, headers={}, body=b"", dropped=True)


class Account:
    """A simulated account. Use it from one thread; a front door has one of its own.

    On a step clock everything runs on the caller's thread, moto included, and the same
    seed and requests give the same answers. On any other clock moto runs on a worker.

    Args:
        clock: The axis on which the account lives.
        seed: From which every id, address and duration is drawn.
        timing: The nominal durations.
        workloads: What containers do, by image name.
        faults: What goes wrong by plan.
        account_id: Twelve digits; drawn from the seed if None.
        default_region: Where requests without a signature go.
        strict: Check every answer against botocore's model, as tests do.
        enforce_iam: Hold every signed request against the policies of its caller; keys that
            IAM does not know stay the administrator's.
        quotas: What the account may do; None for whatever its callers want.

    Raises:
        ValueError: The account id is no account id, or another account here has it.
        AwsError: There is no such region.
    """

    def __init__(
        self,
        *,
        clock: SimClock,
        seed: int = 0,
        timing: Timing | None = None,
        workloads: Workloads | None = None,
        faults: Faults | None = None,
        account_id: str | None = None,
        default_region: str = "us-east-1",
        strict: bool = False,
        enforce_iam: bool = False,
        quotas: Quotas | None = None,
    ) -> None:
        self.engine = Engine(clock, seed)
        self.seed = seed
        self.default_region = check_region(default_region)
        self.timing = timing or Timing()
        self.workloads = workloads or Workloads()
        self.faults = faults or Faults()
        self.quotas = QuotaKeeper(self.engine, quotas)
        self.calls: Counter[tuple[str, str]] = Counter()
        self.moto = MotoAdapter(
            account_id=account_id or free_account_id(self.engine.random("account")),
            seed=seed,
            inline=isinstance(clock, StepClock),
            now=clock.now,
        )
        self.id = self.moto.account_id
        self.logs = CloudWatchLogs(
            account_id=self.id, engine=self.engine, records=self.moto, faults=self.faults
        )
        self._codec = Codec("ecs", strict=strict)
        self._logs_codec = Codec("logs", strict=strict)
        self.enforce_iam = enforce_iam
        self._callers = Callers(self.moto, self.engine)
        self._simulation = Simulation(self.moto, self.engine, self.id, strict=strict)
        self._control = Control(self)
        self._regions: dict[str, EcsRegion] = {}
        self._strict = strict
        self._load_balancing: dict[str, LoadBalancingRegion] = {}
        # regions in which moto has changed load balancers; its worker appends to it
        self._rebalanced: deque[str] = deque()
        self._scaling: dict[str, ScalingRegion] = {}
        # the same for alarms and metrics
        self._realarmed: deque[str] = deque()
        # the same for schedules
        self._rescheduled: deque[str] = deque()
        self._schedules: dict[str, Schedules] = {}
        self.moto.metric_observers.append(self._observed)
        self._request_ids = self.engine.random("request-id")
        self.faults.attach(self)
        self.faults.begin(self.engine)

    @property
    def regions(self) -> tuple[EcsRegion, ...]:
        """The regions used so far, in order of their first use."""
        return tuple(self._regions.values())

    def ecs(self, region: str) -> EcsRegion:
        """Give the simulated ECS of a region; it is made on first use."""
        found = self._regions.get(region)
        if found is None:
            found = self._regions[region] = EcsRegion(self, check_region(region))
            found.load_balancing = self.load_balancing(region)
            found.lifecycle.starting = Starting(found.ground, self.moto)
        return found

    def load_balancing(self, region: str) -> LoadBalancingRegion:
        """Give the simulated load balancing of a region; it is made on first use."""
        found = self._load_balancing.get(region)
        if found is None:
            found = self._load_balancing[region] = LoadBalancingRegion(
                self,
                check_region(region),
                TaskOwners(lambda: self.ecs(region)).find,
                strict=self._strict,
                lost_by_plan=self.faults.target_times_out,
            )
        return found

    def scaling(self, region: str) -> ScalingRegion:
        """Give the simulated Application Auto Scaling of a region; it is made on first use."""
        found = self._scaling.get(region)
        if found is None:
            found = self._scaling[region] = ScalingRegion(
                self, check_region(region), strict=self._strict
            )
        return found

    def answer(self, request: Request) -> Response:
        """Answer a request, whoever simulates its service; it may block on moto's worker.

        An answer that stays open is refused: `start_answer` gives it.
        """
        answer = self.start_answer(request)
        if isinstance(answer, StreamingResponse):
            answer.stream.close()
            target, request_id = route(request, self.default_region), _request_id(answer)
            return _refusal(no_place_to_stream(), request, target, request_id)
        return answer if isinstance(answer, Response) else answer.result()

    def start_answer(self, request: Request) -> Response | StreamingResponse | Future[Response]:
        """Answer a request at once, or promise the answer that moto's worker prepares.

        The answer to StartLiveTail stays open: its stream tells, whenever it is read, what
        the engine has come to by then, and whoever gets it closes it.

        What is answered at once waits for no request that moto's worker has yet to
        answer. A promise is always kept, with a response: refusals are responses too.
        """
        request_id = self._next_request_id()
        visit = addressed(request)
        if visit is not None:
            return self._visit(visit)
        if is_control(request):
            return self._control.answer(request, request_id)
        target = route(request, self.default_region)
        self.calls[target.service, target.operation] += 1
        try:
            check_region(target.region)
            check_signature(request, target)
            check_action(request, target)
            self._advance()
            fate = self.faults.before(
                target.service,
                target.operation,
                access_key=access_key(request),
                protocol=target.protocol,
            )
        except Exception as failure:
            return _refusal(failure, request, target, request_id)
        if fate.dropped == "before":
            return _DROPPED
        answer = self._answer(request, target, request_id, fate)
        if isinstance(answer, Future):
            if fate is UNHARMED:
                return answer
            return _promised(answer, lambda done: _carried(done, fate, request, target))
        if isinstance(answer, StreamingResponse):
            return _carried_stream(answer, fate, request, target)
        return _carried(answer, fate, request, target)

    def _answer(
        self, request: Request, target: Route, request_id: str, fate: Fate
    ) -> Response | StreamingResponse | Future[Response]:
        """Answer a request, unless it is refused before anybody looks at what it says."""
        try:
            if fate.refusal is not None:
                raise fate.refusal
            self.quotas.admit(request, target)
            if self.enforce_iam and target.service != "ecs":
                self._callers.check(request, target, needs_beside_ecs(target))
            if target.service == "ecs":
                return self._native(request, target, request_id)
            if target.service == "application-autoscaling":
                scaling = self.scaling(target.region)
                return scaling.answer(target.operation, request.body, request_id)
            if target.service == "iam" and target.operation in SIMULATIONS:
                return self._simulation.answer(target, request, request_id)
            if (balanced := self._balance(request, target, request_id)) is not None:
                return balanced
            if target.service == "logs" and target.operation in OPERATIONS:
                return self._log_events(request, target, request_id)
            if not self.moto.inline:
                return self._promise(request, target, request_id)
            shown, history = self._shown(request, target), self._alarm_history(target)
            answer = _with_request_id(
                self.moto.forward(request, target, shown=shown, history=history), request_id
            )
            self._passed(target)
            self.follow_changes()
        except Exception as failure:
            return _refusal(failure, request, target, request_id)
        return answer

    def advance(self) -> None:
        """Run all that is due by now, as a front door does between requests."""
        self.follow_changes()
        self.engine.advance()

    def follow_changes(self) -> None:
        """Follow what moto's worker has changed for the others, on the account's thread."""
        while self._rebalanced:
            self.load_balancing(self._rebalanced.popleft()).configuration_changed()
        while self._realarmed:
            self.scaling(self._realarmed.popleft()).cloudwatch_changed()
        while self._rescheduled:
            self._schedules_of(self._rescheduled.popleft()).changed()

    def reset(self) -> None:
        """Forget everything but the present, the seed, the workloads and the first quotas."""
        self.logs.reset()
        self.engine.reset()
        self._regions.clear()
        self._load_balancing.clear()
        self._rebalanced.clear()
        self._scaling.clear()
        self._realarmed.clear()
        self._rescheduled.clear()
        self._schedules.clear()
        self.calls.clear()
        self.faults.reset()
        self.quotas.reset()
        self._request_ids = self.engine.random("request-id")
        self.moto.reset()

    def close(self) -> None:
        """Drop what moto holds for this account and end its worker; twice is fine."""
        self.moto.close()

    def _advance(self) -> None:
        self.follow_changes()
        try:
            self.engine.advance()
        except AwsError as failure:  # an action's error is no answer to this request
            raise RuntimeError(f"an action of the engine failed: {failure}") from failure

    def _native(self, request: Request, target: Route, request_id: str) -> Response:
        params = self._codec.decode(target.operation, request.body)
        region = self.ecs(target.region)
        if self.enforce_iam:
            needs = ecs_needs(region.ground, target.operation, params)
            self._callers.check(request, target, needs)
        result = region.answer(target.operation, params)
        if target.operation == "CreateService":
            self.scaling(target.region).begin()
        return Response(
            status=200,
            headers={"content-type": JSON_CONTENT_TYPE, "x-amzn-requestid": request_id},
            body=self._codec.encode(target.operation, result),
        )

    def _log_events(
        self, request: Request, target: Route, request_id: str
    ) -> Response | StreamingResponse:
        """Answer what is asked about log events."""
        params = self._logs_codec.decode(target.operation, request.body)
        if target.operation == START_LIVE_TAIL:
            return self.logs.start_live_tail(target.region, params, request_id)
        result = self.logs.region(target.region).answer(target.operation, params)
        return Response(
            status=200,
            headers={"content-type": JSON_CONTENT_TYPE, "x-amzn-requestid": request_id},
            body=self._logs_codec.encode(target.operation, result),
        )

    def _shown(self, request: Request, target: Route) -> Shown | None:
        """Tell what moto must see of log events to answer a request."""
        if target.service != "logs":
            return None
        return self.logs.shown(target.region, target.operation, request.body)

    def _balance(self, request: Request, target: Route, request_id: str) -> Response | None:
        """Answer what is asked about targets; None if it is moto's to answer."""
        if target.service != "elbv2":
            return None
        balancing = self.load_balancing(target.region)
        return balancing.answer(target.operation, request, request_id)

    def _visit(self, visit: Addressed) -> Response:
        """Answer a client of a load balancer."""
        try:
            self._advance()
            return self.load_balancing(visit.region).serve(visit)
        except AwsError as failure:
            return pages.simulator_says(404, failure.message)
        except Exception as failure:
            log.exception("the simulator failed on a request to %s", visit.dns_name)
            return pages.simulator_says(400, f"The simulator failed: {failure!r}")

    def _passed(self, target: Route) -> None:
        """Take note of a request that moto has answered; any thread may call it."""
        self.logs.heed(target.operation)
        if target.service in {"elbv2", "cloudformation"} and not _only_reads(target.operation):
            self._rebalanced.append(target.region)
        if target.service in {"cloudwatch", "cloudformation"} and not _only_reads(target.operation):
            self._realarmed.append(target.region)
        if target.service == "scheduler" and not _only_reads(target.operation):
            self._rescheduled.append(target.region)

    def _schedules_of(self, region: str) -> Schedules:
        found = self._schedules.get(region)
        if found is None:
            found = self._schedules[region] = Schedules(
                self.engine, self.moto, region, self._strike
            )
        return found

    def _strike(self, request: Request) -> None:
        """Answer a request that a schedule makes, while the engine runs."""
        target = route(request, self.default_region)
        self._answer(request, target, self._next_request_id(), UNHARMED)

    def _observed(self, region: str, namespace: str, samples: Sequence[Sample]) -> None:
        """Take note of metrics that the simulation itself tells."""
        self.scaling(region).observe(namespace, samples)

    def _alarm_history(self, target: Route) -> Sequence[HistoryItem] | None:
        """Tell what has happened to alarms, for whoever asks for it."""
        if target.operation != "DescribeAlarmHistory":
            return None
        return self.scaling(target.region).alarm_history

    def _promise(self, request: Request, target: Route, request_id: str) -> Future[Response]:
        promise: Future[Response] = Future()
        promise.set_running_or_notify_cancel()  # from here on nobody can cancel it

        def keep(done: Future[Response]) -> None:
            try:
                answer = _with_request_id(done.result(), request_id)
            except (Exception, CancelledError) as failure:
                answer = _refusal(failure, request, target, request_id)
            self._passed(target)
            promise.set_result(answer)

        shown, history = self._shown(request, target), self._alarm_history(target)
        self.moto.submit_forward(request, target, shown=shown, history=history).add_done_callback(
            keep
        )
        return promise

    def _next_request_id(self) -> str:
        return str(uuid.UUID(int=self._request_ids.getrandbits(128), version=4))


def _only_reads(operation: str) -> bool:
    return operation.startswith(("Describe", "Get", "List"))


def _request_id(response: StreamingResponse) -> str:
    return response.headers["x-amzn-requestid"]


def _with_request_id(response: Response, request_id: str) -> Response:
    return Response(
        status=response.status,
        headers={**response.headers, "x-amzn-requestid": request_id},
        body=response.body,
    )


def _refusal(failure: BaseException, request: Request, target: Route, request_id: str) -> Response:
    """Answer with AWS's error, or with a plain 400 where the simulator itself is at fault."""
    if not isinstance(failure, AwsError):
        called = f"{target.service} {target.operation}"
        if not isinstance(failure, CancelledError):  # the account ends, and nobody waits any more
            log.error("the simulator failed on %s", called, exc_info=failure)
        text = f"The simulator failed on {called}: {type(failure).__name__}: {failure}"
        failure = AwsError("SimulatorError", text)
    return encode_error(failure, target, request_id, head=request.method == "HEAD")


def _carried(answer: Response, fate: Fate, request: Request, target: Route) -> Response:
    """Have an answer carried as a plan says: late, not at all, or replaced by an HTTP 500."""
    if fate.lost:
        answer = _lost(request, target, answer.headers["x-amzn-requestid"])
    if not fate.seconds and fate.dropped is None:
        return answer
    return replace(answer, late=fate.seconds, dropped=fate.dropped is not None)


def _carried_stream(
    answer: StreamingResponse, fate: Fate, request: Request, target: Route
) -> Response | StreamingResponse:
    if fate.lost or fate.dropped is not None:
        answer.stream.close()
        lost = _lost(request, target, _request_id(answer))
        return replace(lost, late=fate.seconds, dropped=fate.dropped is not None)
    return replace(answer, late=fate.seconds) if fate.seconds else answer


def _promised(
    promise: Future[Response], change: Callable[[Response], Response]
) -> Future[Response]:
    """Promise what becomes of an answer that is promised."""
    changed: Future[Response] = Future()
    changed.set_running_or_notify_cancel()
    promise.add_done_callback(lambda done: changed.set_result(change(done.result())))
    return changed


def _lost(request: Request, target: Route, request_id: str) -> Response:
    """Answer HTTP 500 for what has happened, by plan."""
    return _refusal(
        AwsError("InternalFailure", "The reply was lost, by plan.", status=500),
        request,
        target,
        request_id,
    )
