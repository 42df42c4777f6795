"""The capacity providers that Fargate has."""

from __future__ import annotations

from fargate_kit.model.members import nearest
from fargate_kit.model.problems import Problem, Rule

__all__ = ["FARGATE_PROVIDERS", "provider_problems"]

FARGATE_PROVIDERS = ("FARGATE", "FARGATE_SPOT")
ON_FARGATE = Rule(
    id="fargate-capacity-provider",
    says="Fargate's capacity providers are FARGATE and FARGATE_SPOT; others bring EC2 instances.",
    source="guide: fargate-capacity-providers",
    fargate=True,
)


def provider_problems(path: str, provider: str) -> list[Problem]:
    """Return what is wrong with the name of a capacity provider, for tasks on Fargate."""
    if provider in FARGATE_PROVIDERS:
        return []
    if provider.strip().lower() in {"spot", "fargate-spot", "fargatespot"}:
        meant: str | None = "FARGATE_SPOT"
    else:
        meant = nearest(provider, FARGATE_PROVIDERS)
    remedy = f"did you mean {meant}" if meant else "no other runs tasks on Fargate"
    return [
        ON_FARGATE.problem(
            path,
            given=provider,
            allowed=" or ".join(FARGATE_PROVIDERS),
            remedy=remedy,
        )
    ]
