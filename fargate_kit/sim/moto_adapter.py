"""moto, which holds everything but ECS: requests passed on, facts read, effects written.

Only the files `moto_*.py` know moto's inside; whoever needs it holds a `MotoAdapter`.
"""

from __future__ import annotations

from fargate_kit.sim.moto_effects import MotoEffects
from fargate_kit.sim.moto_facts import MotoFacts
from fargate_kit.sim.moto_requests import MotoRequests


class MotoAdapter(MotoFacts, MotoEffects, MotoRequests):
    """moto's part of one account, apart from every other account of the process.

    It is made as `MotoTurns` says: what is read, written and asked takes its turn there.
    """
