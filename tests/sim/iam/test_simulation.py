"""SimulatePrincipalPolicy and SimulateCustomPolicy through botocore's client."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def custom(here: Any, *texts: str, **params: Any) -> list[dict[str, Any]]:
    answer = here.client("iam").simulate_custom_policy(PolicyInputList=list(texts), **params)
    assert answer["IsTruncated"] is False
    results: list[dict[str, Any]] = answer["EvaluationResults"]
    return results


def test_seeded_role_is_simulated(here: Any) -> None:
    """The managed policy of the execution role allows what it says, and is named with its type."""
    role = f"arn:aws:iam::{here.id}:role/ecsTaskExecutionRole"
    answer = here.client("iam").simulate_principal_policy(
        PolicySourceArn=role, ActionNames=["ecr:BatchGetImage", "logs:CreateLogGroup"]
    )
    first, second = answer["EvaluationResults"]
    assert (first["EvalDecision"], second["EvalDecision"]) == ("allowed", "implicitDeny")
    (statement,) = first["MatchedStatements"]
    assert statement["SourcePolicyId"] == "AmazonECSTaskExecutionRolePolicy"
    assert statement["SourcePolicyType"] == "aws-managed"
    assert second["MatchedStatements"] == []


def test_explicit_deny_resource_and_condition(here: Any) -> None:
    """Deny, resource and condition decide, and the deciding statement has its place."""
    text = document(
        {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"},
        {
            "Effect": "Deny",
            "Action": "s3:Delete*",
            "Resource": "*",
            "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}},
        },
    )
    entry = {
        "ContextKeyName": "aws:MultiFactorAuthPresent",
        "ContextKeyValues": ["false"],
        "ContextKeyType": "boolean",
    }
    asked = {
        "ActionNames": ["s3:DeleteObject"],
        "ResourceArns": ["arn:aws:s3:::b/k", "arn:aws:s3:::c/k"],
    }
    without = custom(here, text, **asked)
    assert [one["EvalDecision"] for one in without] == ["allowed", "implicitDeny"]
    assert without[0]["MissingContextValues"] == ["aws:MultiFactorAuthPresent"]
    with_key = custom(here, text, ContextEntries=[entry], **asked)
    assert [one["EvalDecision"] for one in with_key] == ["explicitDeny", "explicitDeny"]
    (statement,) = with_key[0]["MatchedStatements"]
    assert statement["SourcePolicyId"] == "PolicyInputList.1"
    start, end = statement["StartPosition"], statement["EndPosition"]
    assert text[start["Column"] - 1 :].startswith('{"Effect": "Deny"')
    assert text[: end["Column"] - 1].endswith('"false"}}}')


def test_boundary_and_further_policies(here: Any) -> None:
    """Policies can be added to a principal's own, and a boundary put around them."""
    role = here.role(here.allow("ecs:ListClusters"))
    params = {"PolicySourceArn": role, "ActionNames": ["ecs:ListClusters", "s3:GetObject"]}
    iam = here.client("iam")
    more = document(here.allow("s3:*"))
    answer = iam.simulate_principal_policy(PolicyInputList=[more], **params)
    assert [one["EvalDecision"] for one in answer["EvaluationResults"]] == ["allowed", "allowed"]
    answer = iam.simulate_principal_policy(
        PolicyInputList=[more], PermissionsBoundaryPolicyInputList=[more], **params
    )
    first, second = answer["EvaluationResults"]
    assert (first["EvalDecision"], second["EvalDecision"]) == ("implicitDeny", "allowed")
    assert first["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}


def test_user_has_the_policies_of_groups(here: Any) -> None:
    """A user is simulated with the groups' policies, a group with its own."""
    here.user(name="ann")
    iam = here.client("iam")
    iam.create_group(GroupName="team")
    iam.add_user_to_group(GroupName="team", UserName="ann")
    iam.put_group_policy(
        GroupName="team", PolicyName="p", PolicyDocument=document(here.allow("ecs:*"))
    )
    for arn in (f"arn:aws:iam::{here.id}:user/ann", f"arn:aws:iam::{here.id}:group/team"):
        answer = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["ecs:RunTask"])
        (result,) = answer["EvaluationResults"]
        assert result["EvalDecision"] == "allowed"
        assert result["MatchedStatements"][0]["SourcePolicyType"] == "group"


def test_policy_of_the_resource_counts(here: Any) -> None:
    """A resource's own policy allows and denies the caller that it names."""
    caller = f"arn:aws:iam::{here.id}:user/ann"
    for effect, expected in (("Allow", "allowed"), ("Deny", "explicitDeny")):
        owned = document({
            "Effect": effect,
            "Principal": {"AWS": caller},
            "Action": "s3:*",
            "Resource": "*",
        })
        results = custom(
            here,
            document(here.allow("ecs:*")),
            ActionNames=["s3:GetObject"],
            ResourcePolicy=owned,
            CallerArn=caller,
        )
        assert results[0]["EvalDecision"] == expected


def test_pages(here: Any) -> None:
    """Results come in pages, and botocore's paginator finds all of them."""
    pages = here.client("iam").get_paginator("simulate_custom_policy")
    actions = [f"ecs:Action{index}" for index in range(7)]
    found = [
        [one["EvalActionName"] for one in page["EvaluationResults"]]
        for page in pages.paginate(
            PolicyInputList=[document(here.allow("*"))],
            ActionNames=actions,
            PaginationConfig={"PageSize": 3},
        )
    ]
    assert [len(page) for page in found] == [3, 3, 1]
    assert [action for page in found for action in page] == actions


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"PolicySourceArn": "arn:aws:iam::{id}:role/gone"}, "NoSuchEntity"),
        ({"PolicySourceArn": "arn:aws:iam::{id}:instance-profile/x"}, "InvalidInput"),
        ({"PolicySourceArn": "arn:aws:s3:::bucket-of-mine"}, "InvalidInput"),
        ({"ActionNames": ["nonsense"]}, "InvalidInput"),
        ({"PolicyInputList": ['{"Statement": [']}, "InvalidInput"),
        ({"ResourcePolicy": "{}"}, "InvalidInput"),
        ({"Marker": "x"}, "InvalidInput"),
        ({"MaxItems": 5000}, "ValidationError"),
    ],
)
def test_bad_input_is_refused(here: Any, params: dict[str, Any], code: str) -> None:
    """Unknown principals, malformed policies and bad actions get modelled errors."""
    role = f"arn:aws:iam::{here.id}:role/ecsTaskExecutionRole"
    given = {"PolicySourceArn": role, "ActionNames": ["ecs:RunTask"], **params}
    given["PolicySourceArn"] = given["PolicySourceArn"].replace("{id}", here.id)
    client = here.client("iam")
    client.meta.config.parameter_validation = False
    with pytest.raises(ClientError) as caught:
        client.simulate_principal_policy(**given)
    assert caught.value.response["Error"]["Code"] == code
