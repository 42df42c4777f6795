"""What IAM policies allow: evaluate, explain, and tell what would change it.

Source: IAM User Guide, page `reference_policies_evaluation-logic`.
"""

from __future__ import annotations

from fargate_kit.model.policy_builders import execution_policy, trust_policy
from fargate_kit.model.policy_document import (
    InvalidPolicy,
    Policy,
    PolicyKind,
    Statement,
    parse,
    problems,
    read,
)
from fargate_kit.model.policy_evaluation import (
    Decision,
    Match,
    NearMiss,
    Principal,
    Verdict,
    evaluate,
)

__all__ = [
    "Decision",
    "InvalidPolicy",
    "Match",
    "NearMiss",
    "Policy",
    "PolicyKind",
    "Principal",
    "Statement",
    "Verdict",
    "evaluate",
    "execution_policy",
    "parse",
    "problems",
    "read",
    "trust_policy",
]
