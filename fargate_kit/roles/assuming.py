"""Taking a role: the same region seen with what somebody else may do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fargate_kit.core.assumed import AssumedCredentials
from fargate_kit.core.session import Session
from fargate_kit.errors import InvalidSpec
from fargate_kit.model.arguments import wrong_argument
from fargate_kit.model.problems import Rule
from fargate_kit.roles.role import Role, describe

__all__ = ["SESSION_NAME", "assume"]

SESSION_NAME = "fargate-kit"
# As long as AWS gives without being asked, and the most for a role that is taken by a role.
_SECONDS = 3600
_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
_RULE = Rule(
    id="role-session-name",
    says="A role session's name has 2 to 64 letters, digits and characters of _+=,.@-.",
    source="model: sts AssumeRole, RoleSessionName",
)


async def assume(session: Session, role: Role | str, *, session_name: str) -> Session:
    """Take a role, and return a session of ours whose requests are signed with it.

    Args:
        role: A role, its ARN or its name.
        session_name: What the calls are listed under, 2 to 64 characters.

    Raises:
        InvalidSpec: The session's name is none; nothing was sent.
        NotFound: There is no role of that name.
        Denied: The role does not trust the caller, or the caller may not take it.

    Calls:
        sts:AssumeRole now, and again before its credentials end; iam:GetRole for a name
    """
    if not isinstance(role, Role | str):
        raise wrong_argument("assume(role)", role, "a Role, its name or its ARN")
    if not _NAME.fullmatch(session_name):
        problem = _RULE.problem(
            "session_name",
            given=session_name,
            allowed="2 to 64 letters, digits and _+=,.@-",
            remedy="rename it",
        )
        raise InvalidSpec("this session of a role", [problem])
    if isinstance(role, str) and not role.startswith("arn:"):
        role = await describe(session, role)

    async def take() -> Mapping[str, Any]:
        reply = await session.api.call(
            "sts",
            "AssumeRole",
            RoleArn=str(role),
            RoleSessionName=session_name,
            DurationSeconds=_SECONDS,
        )
        given: Mapping[str, Any] = reply["Credentials"]
        return given

    credentials = AssumedCredentials(take)
    # Whoever may not take it is told here, and not at some later call.
    await credentials.get_frozen_credentials()
    # What was found with other eyes is asked anew: pollers, accounts, definitions.
    return replace(
        session,
        api=session.api.signed_by(credentials),
        definitions={},
        _pollers={},
        _found={},
        _locks=type(session._locks)(),
    )
