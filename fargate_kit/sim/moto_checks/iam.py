"""What IAM refuses and moto would take."""

from __future__ import annotations

from typing import Any

from fargate_kit.sim.moto_checks.asked import Asked
from fargate_kit.sim.moto_checks.iam_documents import check_documents
from fargate_kit.sim.moto_checks.iam_entities import check_entities

__all__ = ["check_iam"]


def check_iam(asked: Asked, iam: Any) -> None:
    """Refuse what IAM refuses; what the model says has been checked before.

    Args:
        iam: moto's IAM of the account.

    Raises:
        AwsError: IAM refuses the request.
    """
    check_entities(asked, iam)
    check_documents(asked, iam)
