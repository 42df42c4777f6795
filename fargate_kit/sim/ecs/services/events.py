"""The messages of a service, and the ids that deployments, revisions and messages get."""

from __future__ import annotations

import random
import string
import uuid

from fargate_kit.sim.ecs.ground import Ground
from fargate_kit.sim.ecs.services import wording
from fargate_kit.sim.ecs.services.state import EventState, ServiceState
from fargate_kit.sim.wording import Phrase

_LETTERS = string.ascii_letters + string.digits + "_-"
_MILLISECOND = 1_000


class EventLog:
    """Says what happens to services, and complains about a problem once until it is over."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def say(self, service: ServiceState, phrase: Phrase, **values: object) -> None:
        """Add a message.

        Messages of one instant are a millisecond apart, as AWS's own are: who sorts them by
        their moments has them in the order in which they were said.
        """
        engine = self._ground.engine
        service.events_told += 1
        moment = max(engine.now, service.last_event_at + _MILLISECOND)
        service.last_event_at = moment
        chance = engine.random(
            "service event", service.arn, service.created_at, service.events_told
        )
        service.events.appendleft(
            EventState(
                id=str(uuid.UUID(int=chance.getrandbits(128), version=4)),
                created_at=moment,
                message=phrase.say(service=service.name, **values),
            )
        )

    def complain(
        self, service: ServiceState, problem: str, phrase: Phrase, **values: object
    ) -> None:
        """Add a message about a problem, unless it was said not long ago.

        Source: Developer Guide of 2023, page service-event-messages: the same problem is
        said again after 6 hours, or when it has been resolved in between.

        Args:
            service: Whose problem it is.
            problem: Its name, for `resolve`.
            phrase: The message.
            values: What is put into it.
        """
        engine = self._ground.engine
        said = service.told.get(problem)
        pause = engine.clock.ticks(self._ground.timing.event_repetition)
        if said is not None and engine.now - said < pause:
            return
        service.told[problem] = engine.now
        self.say(service, phrase, **values)

    def resolve(self, service: ServiceState, problem: str) -> None:
        """Let a problem be news again."""
        service.told.pop(problem, None)

    def say_steady(self, service: ServiceState) -> None:
        """Say that the service is steady, now and from time to time."""
        self.say(service, wording.STEADY)
        if service.heartbeat is not None:
            self._ground.engine.cancel(service.heartbeat)
        service.heartbeat = self._ground.engine.after(
            self._ground.timing.event_repetition,
            lambda: self.say_steady(service),
            background=True,
            name=f"say that service {service.name} is steady",
        )

    def hush(self, service: ServiceState) -> None:
        """Say no more that the service is steady."""
        if service.heartbeat is not None:
            self._ground.engine.cancel(service.heartbeat)
            service.heartbeat = None


class Identities:
    """Draws the ids of one region's deployments and revisions."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._drawn = 0

    def deployment(self) -> str:
        """Draw `ecs-svc/` and 19 digits."""
        return f"ecs-svc/{self._digits()}"

    def revision(self, cluster: str, service: str) -> str:
        """Draw the ARN of a service revision."""
        return self._ground.references.arn(
            "service-revision", f"{cluster}/{service}/{self._digits()}"
        )

    def release(self, cluster: str, service: str) -> str:
        """Draw the ARN of a service deployment."""
        chance = self._chance()
        own = "".join(chance.choice(_LETTERS) for _ in range(21))
        return self._ground.references.arn("service-deployment", f"{cluster}/{service}/{own}")

    def _digits(self) -> int:
        return self._chance().randrange(10**18, 9 * 10**18)

    def _chance(self) -> random.Random:
        self._drawn += 1
        return self._ground.engine.random("service id", self._ground.region, self._drawn)
