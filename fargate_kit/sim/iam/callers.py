"""Who calls, and whether the caller may: off unless an account is told to look.

Source: IAM User Guide, pages `reference_policies_evaluation-logic` and
`troubleshoot_access-denied`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qs

from fargate_kit.model.policy_builders import partition
from fargate_kit.sim.engine import Engine
from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.iam import wording
from fargate_kit.sim.iam.facts import IamFacts, PrincipalFact
from fargate_kit.sim.iam.permissions import Keys, decide, denial, keys_of, lets_take
from fargate_kit.sim.iam.requests import Need
from fargate_kit.sim.request import Protocol, Request, Route

_CREDENTIAL = re.compile(r"Credential(?:=|%3D)([^/%,\s]+)(?:/|%2F)")
# Where IAM names a service otherwise than signatures do.
_PREFIXES = {"monitoring": "cloudwatch", "email": "ses"}
_FREE = frozenset({"sts:GetCallerIdentity"})
# S3's operations and its actions have different names; those that are not here have the same.
_S3_ACTIONS = {
    "CompleteMultipartUpload": "PutObject",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "DeleteObjects": "DeleteObject",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBuckets": "ListAllMyBuckets",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "UploadPart": "PutObject",
}


class Callers:
    """Checks the callers of one account.

    A key that IAM does not know is the account's administrator, as test keys are. Apart
    from ECS, requests are checked with `*` as their resource.
    """

    def __init__(self, facts: IamFacts, engine: Engine) -> None:
        self._facts = facts
        self._engine = engine

    def who(self, request: Request, target: Route) -> PrincipalFact | None:
        """Find who signed a request; None for the administrator.

        Raises:
            AwsError: The key is not active.
        """
        key = access_key(request)
        found = self._facts.caller(partition(target.region), key) if key else None
        if found is not None and not found.active:
            code = "UnrecognizedClientException"
            if target.protocol is not Protocol.JSON:
                code = "AuthFailure" if target.protocol is Protocol.EC2 else "InvalidClientTokenId"
            raise AwsError(code, wording.KEY_INACTIVE.say(), status=_status(target))
        return found

    def check(self, request: Request, target: Route, needs: Iterable[Need]) -> None:
        """Refuse a request for which its caller lacks a permission.

        Raises:
            AwsError: AWS's denial, in the words of the service's protocol.
        """
        who = self.who(request, target)
        if (target.service, target.operation) == ("sts", "AssumeRole"):
            self._check_taking(who, request, target)
            return
        if who is None:
            return
        keys = self._keys(who, target)
        for need in needs:
            decision = decide(who, need.action, need.resource, {**keys, **need.keys})
            if not decision.allowed:
                raise _denied(denial(who.arn, decision), target)

    def _check_taking(self, who: PrincipalFact | None, request: Request, target: Route) -> None:
        """Refuse to give a role away that is not there, or whose trust the caller has not got.

        Within an account a trust policy that names the caller is enough; one that names the
        account leaves it to the caller's own policies (IAM User Guide,
        `reference_policies_evaluation-logic_policy-eval-basics-cross-account`).
        """
        arn = parse_qs(request.body.decode("utf-8", "replace")).get("RoleArn", [""])[0]
        role = self._facts.principal(arn)
        account = arn.split(":")[4] if arn.count(":") >= 5 else ""
        asking = f"arn:{partition(target.region)}:iam::{account}:root" if who is None else who.arn
        keys = {} if who is None else self._keys(who, target)
        trusted = role is not None and role.kind == "Role" and lets_take(role, asking, who, keys)
        if not trusted:
            text = wording.MAY_NOT_TAKE.say(who=asking, action="sts:AssumeRole", resource=arn)
            raise _denied(text, target)

    def _keys(self, who: PrincipalFact, target: Route) -> Keys:
        return {**keys_of(who, target.region, self._engine.now), "aws:SourceIp": "127.0.0.1"}


def needs_beside_ecs(target: Route) -> list[Need]:
    """Give what a request to any other service needs."""
    prefix = _PREFIXES.get(target.scope, target.scope) or target.service
    operation = target.operation
    if prefix == "s3":
        operation = _S3_ACTIONS.get(operation, operation)
    action = f"{prefix}:{operation}"
    if action in _FREE or not operation.isalnum():
        return []
    return [Need(action=action)]


def check_signature(request: Request, target: Route) -> None:
    """Refuse a signature that nobody can read; whether it is right is not looked at.

    Source: the lists of common errors in the API references of AWS.

    Raises:
        AwsError: The Authorization header has no scheme with something after it.
    """
    given = request.headers.get("authorization")
    if given is None or len(given.split(",")[0].split()) > 1:
        return
    json_like = target.protocol in {Protocol.JSON, Protocol.CBOR, Protocol.REST_JSON}
    code = "IncompleteSignatureException" if json_like else "IncompleteSignature"
    raise AwsError(code, wording.SIGNATURE_INCOMPLETE.say())


def access_key(request: Request) -> str | None:
    """Read the access key of a signed request."""
    given = request.headers.get("authorization", "") or request.query
    found = _CREDENTIAL.search(given)
    return found[1] if found else None


def _denied(text: str, target: Route) -> AwsError:
    code = "AccessDeniedException"
    if target.protocol is Protocol.EC2:
        code, text = "UnauthorizedOperation", wording.EC2_PREFIX.say(text=text)
    elif target.protocol in {Protocol.QUERY, Protocol.REST_XML}:
        code = "AccessDenied"
    return AwsError(code, text, status=_status(target))


def _status(target: Route) -> int:
    """JSON services refuse with 400, all others with 403."""
    return 400 if target.protocol in {Protocol.JSON, Protocol.CBOR} else 403
