"""Every text of planned faults that AWS would say, each with a mark of how sure it is."""

from __future__ import annotations

from collections.abc import Mapping

from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.request import Protocol
from fargate_kit.sim.wording import Mark, Phrase, Refusal

V, OBS, MEM = Mark.V, Mark.OBS, Mark.MEM

THROTTLED = Refusal("ThrottlingException", "Rate exceeded", V)
# How ECS tells of tasks whose zone is lost is not published.
ZONE_LOST = Phrase("The Availability Zone of the task is not available.", MEM)

_EXPIRED = "The security token included in the request is expired"
# By protocol, with the HTTP status.
EXPIRED: Mapping[Protocol, tuple[Refusal, int]] = {
    Protocol.JSON: (Refusal("ExpiredTokenException", _EXPIRED, OBS), 400),
    Protocol.CBOR: (Refusal("ExpiredTokenException", _EXPIRED, MEM), 400),
    Protocol.REST_JSON: (Refusal("ExpiredTokenException", _EXPIRED, OBS), 403),
    Protocol.QUERY: (Refusal("ExpiredToken", _EXPIRED, OBS), 403),
    Protocol.EC2: (Refusal("RequestExpired", "Request has expired.", OBS), 400),
    Protocol.REST_XML: (Refusal("ExpiredToken", "The provided token has expired.", OBS), 400),
}


def expired(protocol: Protocol) -> AwsError:
    """Refuse a request because its token has expired, as its service would."""
    refusal, status = EXPIRED[protocol]
    return AwsError(refusal.code, refusal.text, status=status)
