"""What a load balancer may be called."""

from __future__ import annotations

import re

from fargate_kit.sim.load_balancing import wording

LONGEST = 32

_CHARACTERS = re.compile(r"[A-Za-z0-9-]+")


def check_balancer_name(name: str) -> None:
    """Refuse a name that a load balancer cannot have.

    Source: Elastic Load Balancing model, CreateLoadBalancer, `Name`.

    Raises:
        AwsError: `ValidationError`, with what is wrong with the name.
    """
    if len(name) > LONGEST:
        raise wording.NAME_TOO_LONG.error(name=name, most=LONGEST)
    if not _CHARACTERS.fullmatch(name):
        raise wording.NAME_CHARACTERS.error(name=name)
    if name.startswith("-"):
        raise wording.NAME_BEGINS_WITH_HYPHEN.error(name=name)
    if name.endswith("-"):
        raise wording.NAME_ENDS_WITH_HYPHEN.error(name=name)
    if name.startswith("internal-"):
        raise wording.NAME_INTERNAL.error(name=name)
