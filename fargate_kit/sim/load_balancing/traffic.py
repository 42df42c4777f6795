"""HTTP that flows: a request comes to a listener, falls under a rule, and reaches a target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fargate_kit.sim.engine import Engine
from fargate_kit.sim.load_balancing import pages
from fargate_kit.sim.load_balancing.addressing import Addressed, link
from fargate_kit.sim.load_balancing.facts import (
    Action,
    ListenerFact,
    LoadBalancerFact,
    RuleFact,
    TargetGroupFact,
)
from fargate_kit.sim.load_balancing.forwarding import answer_headers, request_headers
from fargate_kit.sim.load_balancing.mirror import Mirror
from fargate_kit.sim.load_balancing.protocol import Reach, TargetOwner
from fargate_kit.sim.load_balancing.recorder import Recorder
from fargate_kit.sim.load_balancing.routing import Router, candidates
from fargate_kit.sim.load_balancing.rules import ClientRequest, first_match
from fargate_kit.sim.load_balancing.stickiness import Stickiness
from fargate_kit.sim.load_balancing.targets import Targets, TargetState
from fargate_kit.sim.request import Response
from fargate_kit.sim.timing import Timing

CLIENT = "127.0.0.1"  # the front door serves this machine alone

_ROUTING = frozenset({"forward", "redirect", "fixed-response"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Visit:
    """One request on its way."""

    balancer: LoadBalancerFact
    listener: ListenerFact
    rule: RuleFact
    request: ClientRequest
    addressed: Addressed

    @property
    def head(self) -> bool:
        return self.request.method == "HEAD"


class Traffic:
    """The load balancers of one region as their clients meet them.

    Answers take no time in the simulated world: a target that never answers costs the
    client its 504 at once, and a target that drains has nothing in flight.

    Args:
        engine: Whose time is told, and whose random streams are drawn from.
        timing: The nominal durations.
        region: For the random streams.
        mirror: What is configured.
        targets: Who is registered.
        owner_of: Tells who answers for a target.
        recorder: Who counts.
    """

    def __init__(
        self,
        engine: Engine,
        timing: Timing,
        region: str,
        mirror: Mirror,
        targets: Targets,
        owner_of: Callable[[TargetState], TargetOwner | None],
        recorder: Recorder,
    ) -> None:
        self._engine = engine
        self._timing = timing
        self._mirror = mirror
        self._targets = targets
        self._owner_of = owner_of
        self._recorder = recorder
        self._router = Router()
        self._sticky = Stickiness(engine.random("stickiness", region).getrandbits(128))
        self._chance = engine.random("traffic", region)

    def answer(self, addressed: Addressed) -> Response:
        """Answer a client's request."""
        balancer = self._mirror.facts.by_dns_name(addressed.dns_name)
        if balancer is None:
            return pages.nobody_there(addressed.dns_name, None, None)
        if balancer.type != "application":
            return pages.simulator_says(
                501,
                f"{balancer.name} is a {balancer.type} load balancer; only HTTP through an "
                "application load balancer is simulated.",
            )
        listener = _listener(balancer, addressed)
        if listener is None:
            return pages.nobody_there(addressed.dns_name, balancer, addressed.port)
        request = _client_request(addressed, listener)
        rule = first_match(listener.rules, request)
        if rule is None:  # no listener of AWS is without a default rule
            return pages.simulator_says(501, f"The listener {listener.arn} has no default rule.")
        visit = _Visit(
            balancer=balancer,
            listener=listener,
            rule=rule,
            request=request,
            addressed=addressed,
        )
        response, target = self._perform(visit)
        self._recorder.answered(balancer.arn, response.status, by_target=target)
        return response

    def _perform(self, visit: _Visit) -> tuple[Response, bool]:
        """Give the answer, and whether a target has given it."""
        if visit.request.method == "TRACE":
            return pages.page(405), False
        action = min(visit.rule.actions, key=lambda one: (one.type in _ROUTING, one.order))
        if action.type == "forward":
            return self._forward(visit, action)
        if action.type == "fixed-response":
            self._recorder.event("HTTP_Fixed_Response_Count", visit.balancer.arn)
            return pages.fixed_response(action, head=visit.head), False
        if action.type == "redirect":
            return self._redirect(visit, action), False
        return pages.simulator_says(501, f"The action {action.type} is not simulated."), False

    def _redirect(self, visit: _Visit, action: Action) -> Response:
        protocol, host, port, path, query = pages.location(action, visit.request)
        url = f"{protocol}://{host}:{port}{path}" + (f"?{query}" if query else "")
        if len(url) > pages.LONGEST_LOCATION:
            self._recorder.event("HTTP_Redirect_Url_Limit_Exceeded_Count", visit.balancer.arn)
            return pages.page(507, head=visit.head)
        door = visit.addressed.door
        if door is not None and host == visit.request.host:
            url = link(door, visit.balancer.dns_name, port, path, query)
        self._recorder.event("HTTP_Redirect_Count", visit.balancer.arn)
        status = int(action.settings["StatusCode"].removeprefix("HTTP_"))
        return pages.page(status, head=visit.head, location=url)

    def _forward(self, visit: _Visit, action: Action) -> tuple[Response, bool]:
        cookies = self._sticky.read(visit.request.headers, self._engine.now)
        ticks = self._engine.clock.ticks
        arn = cookies.group(action, ticks) or self._router.group(visit.rule.arn, action.groups)
        group = self._mirror.facts.target_groups.get(arn or "")
        if group is None:
            return pages.page(503, head=visit.head), False
        if not group.speaks_http1:
            return pages.page(464, head=visit.head), False
        able = candidates(group, self._targets.of(group.arn))
        target = cookies.target(group, able.targets, ticks) or self._router.target(
            group, able.targets, self._age, self._chance
        )
        if target is None:
            return pages.page(503, head=visit.head), False
        self._recorder.chosen(visit.balancer.arn, group.arn, fail_open=able.fail_open)
        return self._pass_on(visit, action, group, target)

    def _pass_on(
        self, visit: _Visit, action: Action, group: TargetGroupFact, target: TargetState
    ) -> tuple[Response, bool]:
        owner = self._owner_of(target)
        if owner is None or owner.reach(target.port) is Reach.LOST:
            self._recorder.connection_failed(visit.balancer.arn, group.arn)
            return pages.page(504, head=visit.head), False
        request = visit.request
        headers = request_headers(
            visit.balancer,
            request,
            _authority(visit),
            self._engine.now // 1_000_000,
            self._chance,
        )
        path = f"{request.path}?{request.query}" if request.query else request.path
        answer = owner.respond(
            target.port,
            request.method,
            path,
            headers,
            request.body,
            peer=visit.balancer.address,
        )
        if answer is None:
            self._recorder.connection_failed(visit.balancer.arn, group.arn)
            return pages.page(502, head=visit.head), False
        seconds = self._timing.spread(self._timing.target_response, self._chance)
        self._recorder.target_answered(visit.balancer.arn, group.arn, answer.status, seconds)
        kept = answer_headers(answer.headers)
        cookies = self._sticky.cookies(
            action, group, target, kept, self._engine.now, self._engine.clock.ticks
        )
        return Response(
            status=answer.status,
            headers=kept,
            body=b"" if visit.head else answer.body,
            cookies=cookies,
        ), True

    def _age(self, target: TargetState) -> float:
        if target.healthy_since is None:
            return 0.0
        return (self._engine.now - target.healthy_since) / self._engine.clock.ticks(1.0)


def _listener(balancer: LoadBalancerFact, addressed: Addressed) -> ListenerFact | None:
    """Choose the listener: of the port that is named, else the one that a browser would meet."""
    by_port = {one.port: one for one in reversed(balancer.listeners)}
    if addressed.port in by_port:
        return by_port[addressed.port]
    if addressed.certain and addressed.port is not None:
        return None
    return by_port.get(80) or (by_port[min(by_port)] if by_port else None)


def _client_request(addressed: Addressed, listener: ListenerFact) -> ClientRequest:
    request = addressed.request
    return ClientRequest(
        method=request.method,
        protocol=listener.protocol,
        host=addressed.host,
        port=listener.port,
        path=request.path,
        query=request.query,
        headers=request.headers,
        body=request.body,
        source=CLIENT,
    )


def _authority(visit: _Visit) -> str:
    """Write the header Host as a client of AWS would send it."""
    usual = {"HTTP": 80, "HTTPS": 443}.get(visit.listener.protocol)
    port = visit.listener.port
    return visit.request.host if port == usual else f"{visit.request.host}:{port}"
