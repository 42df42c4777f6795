"""What IAM refuses: nothing is made, changed or deleted then."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from query_calls import call as ask

from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.moto_adapter import MotoAdapter

ACCOUNT = "111122226666"
MANAGED = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
LINKED = "arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy"
OWN = f"arn:aws:iam::{ACCOUNT}:policy"
Found = tuple[str, dict[str, Any], str, str]


def trust(**changes: Any) -> str:
    """Write a trust policy of one statement; a change to None leaves an element out."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "ecs-tasks.amazonaws.com"},
        "Action": "sts:AssumeRole",
        **changes,
    }
    kept = {name: value for name, value in statement.items() if value is not None}
    return json.dumps({"Version": "2012-10-17", "Statement": [kept]})


def permissions(**changes: Any) -> str:
    """Write a policy of permissions of one statement."""
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **changes}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def old_permissions(version: str | None) -> str:
    """Write a policy of permissions in another version of the language, or in none."""
    document = json.loads(permissions()) | {"Version": version}
    return json.dumps({name: value for name, value in document.items() if value is not None})


@pytest.fixture(scope="module")
def moto() -> Iterator[MotoAdapter]:
    """An account with a role, a user, a group and policies, which refusals leave as it is."""
    adapter = MotoAdapter(account_id=ACCOUNT, seed=1, inline=True)
    ask(adapter, "iam", "CreateRole", RoleName="task", AssumeRolePolicyDocument=trust())
    ask(adapter, "iam", "CreateUser", UserName="anna")
    ask(adapter, "iam", "CreateAccessKey", UserName="anna")
    ask(adapter, "iam", "CreateGroup", GroupName="team")
    ask(adapter, "iam", "CreateUser", UserName="ben")
    ask(adapter, "iam", "AddUserToGroup", UserName="ben", GroupName="team")
    names = ["read", *(f"p{number}" for number in range(10))]
    for name in names:
        ask(adapter, "iam", "CreatePolicy", PolicyName=name, PolicyDocument=permissions())
    for name in names[1:]:
        ask(adapter, "iam", "AttachRolePolicy", RoleName="task", PolicyArn=f"{OWN}/{name}")
    second = {"PolicyArn": f"{OWN}/read", "PolicyDocument": permissions()}
    ask(adapter, "iam", "CreatePolicyVersion", **second)
    yield adapter
    adapter.close()


def everything(moto: MotoAdapter) -> list[dict[str, Any]]:
    """List what the account has."""
    details = ask(moto, "iam", "GetAccountAuthorizationDetails")
    keys = ask(moto, "iam", "ListAccessKeys", UserName="anna")
    # AWS's own policies are made as they are named
    details["Policies"] = [one for one in details["Policies"] if ":aws:policy" not in one["Arn"]]
    for one in (details, keys):
        del one["ResponseMetadata"]
    return [details, keys]


def trusting(text: str) -> dict[str, Any]:
    """Ask for a new role."""
    return {"RoleName": "new", "AssumeRolePolicyDocument": text}


def inline(text: str, **names: str) -> dict[str, Any]:
    """Ask for a policy in an entity."""
    return {"PolicyName": "inline", "PolicyDocument": text, **names}


ARN = {"PolicyArn": f"{OWN}/none"}
BAD = "MalformedPolicyDocument"

TRUST: list[Found] = [
    ("CreateRole", trusting("{no json"), BAD, "This policy contains invalid Json"),
    ("CreateRole", trusting("[" * 20_000), BAD, "invalid Json"),
    ("CreateRole", trusting("[]"), BAD, "Syntax errors"),
    ("CreateRole", trusting('{"Version": "2012-10-17"}'), BAD, "Statement is empty!"),
    ("CreateRole", trusting('{"Statement": [], "Comment": ""}'), BAD, "Unknown field Comment"),
    ("CreateRole", trusting('{"Version": "2024-01-01", "Statement": [{}]}'), BAD, "version"),
    ("CreateRole", trusting('{"Statement": [5]}'), BAD, "Syntax errors"),
    ("CreateRole", trusting(trust(Effects="Allow")), BAD, "Unknown field Effects"),
    ("CreateRole", trusting(trust(Effect=None)), BAD, "Missing required field Effect"),
    ("CreateRole", trusting(trust(Effect="allow")), BAD, "allow"),
    ("CreateRole", trusting(trust(Action=None)), BAD, "Missing required field Action"),
    ("CreateRole", trusting(trust(Action="s3:GetObject")), BAD, "only specify STS AssumeRole"),
    ("CreateRole", trusting(trust(Action="*")), BAD, "only specify STS AssumeRole"),
    ("CreateRole", trusting(trust(Resource="*")), BAD, "Has prohibited field Resource"),
    ("CreateRole", trusting(trust(NotResource="*")), BAD, "NotResource"),
    ("CreateRole", trusting(trust(Principal=None)), BAD, "Missing required field Principal"),
    ("CreateRole", trusting(trust(Principal={})), BAD, "Principal cannot be empty"),
    ("CreateRole", trusting(trust(Principal="*")), BAD, '"STAR":"\\*"'),
    ("CreateRole", trusting(trust(Principal="ecs")), BAD, "Syntax errors"),
    ("CreateRole", trusting(trust(Principal={"Service": "ecs"})), BAD, '"SERVICE":"ecs"'),
    ("CreateRole", trusting(trust(Principal={"AWS": "anna"})), BAD, '"AWS":"anna"'),
    ("CreateRole", trusting(trust(Principal={"Aws": "*"})), BAD, "Invalid principal"),
    (
        "CreateRole",
        trusting(trust(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/none"})),
        BAD,
        f'"AWS":"arn:aws:iam::{ACCOUNT}:role/none"',
    ),
    ("CreateRole", trusting(trust(Condition=[])), BAD, "Syntax errors"),
    (
        "CreateRole",
        trusting(trust(Condition={"StringEqual": {"aws:SourceAccount": ACCOUNT}})),
        BAD,
        "StringEqual",
    ),
    (
        "CreateRole",
        trusting(trust()) | {"Tags": [{"Key": "aws:x", "Value": "y"}]},
        "InvalidInput",
        "reserved",
    ),
    (
        "TagUser",
        {"UserName": "anna", "Tags": [{"Key": "AWS:x", "Value": "y"}]},
        "InvalidInput",
        "reserved",
    ),
    (
        "CreateRole",
        trusting(trust()) | {"Path": "/aws-service-role/ecs.amazonaws.com/"},
        "AccessDenied",
        "service-linked",
    ),
    (
        "CreateServiceLinkedRole",
        {"AWSServiceName": "ecs.amazonaws.com"},
        "InvalidInput",
        "Service role name AWSServiceRoleForECS has been taken in this account, please try a",
    ),
    *(
        ("CreateServiceLinkedRole", {"AWSServiceName": name}, "InvalidInput", name)
        for name in ("nothing.amazonaws.com", "ecs", "ecs.example.com", ".amazonaws.com")
    ),
    ("DeleteServiceLinkedRole", {"RoleName": "task"}, "NoSuchEntity", "task"),
    (
        "CreatePolicy",
        {"PolicyName": "new", "PolicyDocument": old_permissions("2008-10-17")},
        BAD,
        "2012-10-17 or greater",
    ),
    (
        "PutRolePolicy",
        {"RoleName": "task", "PolicyName": "x", "PolicyDocument": old_permissions("2010-10-17")},
        BAD,
        "Syntax errors",
    ),
    ("CreateRole", trusting(trust(Sid="s" * 2_048)), "LimitExceeded", "ACLSizePerRole: 2048"),
    (
        "UpdateAssumeRolePolicy",
        {"RoleName": "task", "PolicyDocument": trust(Principal=None)},
        BAD,
        "Missing required field Principal",
    ),
]
DOCUMENTS: list[Found] = [
    ("PutRolePolicy", inline("{", RoleName="task"), BAD, "Syntax errors"),
    ("PutRolePolicy", inline(permissions(Principal="*"), RoleName="task"), BAD, "not specify a pr"),
    ("PutUserPolicy", inline(permissions(Sid="a b"), UserName="anna"), BAD, "alpha-numeric"),
    ("PutGroupPolicy", inline(permissions(Action=[None]), GroupName="team"), BAD, "Syntax errors"),
    (
        "PutUserPolicy",
        inline(permissions(Sid="s" * 2_048), UserName="anna"),
        "LimitExceeded",
        "size of 2048 bytes exceeded for user anna",
    ),
    (
        "CreatePolicy",
        {"PolicyName": "new", "PolicyDocument": permissions(NotPrincipal="*")},
        BAD,
        "should not specify a principal",
    ),
    (
        "CreatePolicy",
        {"PolicyName": "new", "PolicyDocument": permissions(Sid="s" * 6_144)},
        "LimitExceeded",
        "PolicySize: 6144",
    ),
    ("PutRolePolicy", inline("{", RoleName="none"), "NoSuchEntity", "role with name none"),
]
ENTITIES: list[Found] = [
    ("GetRole", {"RoleName": "none"}, "NoSuchEntity", "The role with name none cannot be found."),
    ("GetUser", {"UserName": "none"}, "NoSuchEntity", "The user with name none cannot be found."),
    ("GetGroup", {"GroupName": "none"}, "NoSuchEntity", "The group with name none"),
    ("GetInstanceProfile", {"InstanceProfileName": "none"}, "NoSuchEntity", "Profile none"),
    ("GetPolicy", ARN, "NoSuchEntity", f"Policy {OWN}/none was not found."),
    ("GetPolicy", {"PolicyArn": "arn:aws:s3:::bucket-name"}, "InvalidInput", "is not valid"),
    ("ListRolePolicies", {"RoleName": "none"}, "NoSuchEntity", "role with name none"),
    ("GetRolePolicy", {"RoleName": "task", "PolicyName": "x"}, "NoSuchEntity", "role policy .* x"),
    ("DeleteRolePolicy", {"RoleName": "task", "PolicyName": "x"}, "NoSuchEntity", "policy .* x"),
    ("AttachRolePolicy", {"RoleName": "task"} | ARN, "NoSuchEntity", "is not attachable"),
    ("AttachUserPolicy", {"UserName": "none"} | ARN, "NoSuchEntity", "user with name none"),
    (
        "CreateRole",
        trusting(trust()) | {"PermissionsBoundary": f"{OWN}/none"},
        "NoSuchEntity",
        f"Scope ARN: {OWN}/none",
    ),
    ("CreateRole", trusting(trust()) | {"RoleName": "task"}, "EntityAlreadyExists", "name task"),
    ("CreateRole", trusting(trust()) | {"RoleName": "TASK"}, "EntityAlreadyExists", "name TASK"),
    ("CreateUser", {"UserName": "Anna"}, "EntityAlreadyExists", "User with name Anna already"),
    ("CreateGroup", {"GroupName": "team"}, "EntityAlreadyExists", "Group with name team"),
    (
        "CreatePolicy",
        {"PolicyName": "READ", "PolicyDocument": permissions()},
        "EntityAlreadyExists",
        "policy called READ",
    ),
    ("DeletePolicy", {"PolicyArn": f"{OWN}/p0"}, "DeleteConflict", "attached to entities"),
    ("DeletePolicy", {"PolicyArn": f"{OWN}/read"}, "DeleteConflict", "more than one version"),
    ("DeleteRole", {"RoleName": "task"}, "DeleteConflict", "must detach all policies first"),
    ("DeleteUser", {"UserName": "anna"}, "DeleteConflict", "delete access keys first"),
    ("DeleteUser", {"UserName": "ben"}, "DeleteConflict", "remove users from group first"),
    ("DeleteGroup", {"GroupName": "team"}, "DeleteConflict", "remove users from group first"),
    ("DeleteRole", {"RoleName": "AWSServiceRoleForECS"}, "UnmodifiableEntity", "protected role"),
    (
        "AttachRolePolicy",
        {"RoleName": "AWSServiceRoleForECS", "PolicyArn": MANAGED},
        "UnmodifiableEntity",
        "AWSServiceRoleForECS",
    ),
    (
        "AttachUserPolicy",
        {"UserName": "anna", "PolicyArn": LINKED},
        "PolicyNotAttachable",
        "Service Role Policy",
    ),
    (
        "AttachRolePolicy",
        {"RoleName": "task", "PolicyArn": f"{OWN}/read"},
        "LimitExceeded",
        "PoliciesPerRole: 10",
    ),
    ("ListRoles", {"Marker": "garbage"}, "ValidationError", "Marker"),
    ("ListAttachedRolePolicies", {"RoleName": "task", "Marker": "-"}, "ValidationError", "Marker"),
    ("ListPolicies", {"Marker": "\u00b2"}, "ValidationError", ""),
]
REFUSED = TRUST + DOCUMENTS + ENTITIES
STATUS = {
    "NoSuchEntity": 404,
    "EntityAlreadyExists": 409,
    "DeleteConflict": 409,
    "LimitExceeded": 409,
    "AccessDenied": 403,
}


@pytest.mark.parametrize(("operation", "members", "code", "text"), REFUSED)
def test_what_iam_refuses_is_refused(
    moto: MotoAdapter, operation: str, members: dict[str, Any], code: str, text: str
) -> None:
    """A request that IAM refuses gets IAM's code, its status and its words."""
    with pytest.raises(AwsError) as refused:
        ask(moto, "iam", operation, **members)
    assert refused.value.code == code, refused.value
    assert refused.value.status == STATUS.get(code, 400)
    assert re.search(text, refused.value.message), refused.value


def test_nothing_is_left_of_refused_requests(moto: MotoAdapter) -> None:
    """Whatever is refused makes, changes and deletes nothing."""
    before = everything(moto)
    for operation, members, _, _ in REFUSED:
        with pytest.raises(AwsError):
            ask(moto, "iam", operation, **members)
    assert everything(moto) == before


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": "*"},
        {"AWS": ACCOUNT},
        {"AWS": [f"arn:aws:iam::{ACCOUNT}:root", "arn:aws:iam::999999999999:role/theirs"]},
        {"AWS": f"arn:aws:iam::{ACCOUNT}:user/anna"},
        {"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/task/session"},
        {"Service": ["ecs-tasks.amazonaws.com", "scheduler.amazonaws.com"]},
        {"Federated": "cognito-identity.amazonaws.com"},
    ],
)
def test_a_role_may_trust_whom_iam_knows(moto: MotoAdapter, principal: dict[str, Any]) -> None:
    """Principals of every kind are taken, those of other accounts unseen."""
    text = trust(Principal=principal, Condition={"Bool": {"aws:SecureTransport": "true"}})
    ask(moto, "iam", "CreateRole", RoleName="other", AssumeRolePolicyDocument=text)
    ask(moto, "iam", "DeleteRole", RoleName="other")


def test_white_space_does_not_count(moto: MotoAdapter) -> None:
    """A policy of many blanks is as large as the same without."""
    text = trust().replace(" ", " " * 1_000)
    ask(moto, "iam", "CreateRole", RoleName="wide", AssumeRolePolicyDocument=text)
    ask(moto, "iam", "DeleteRole", RoleName="wide")


def test_a_policy_that_is_free_is_deleted(moto: MotoAdapter) -> None:
    """Detached, and of one version, a policy goes; then it is not found."""
    made = ask(moto, "iam", "CreatePolicy", PolicyName="brief", PolicyDocument=permissions())
    arn = made["Policy"]["Arn"]
    ask(moto, "iam", "AttachUserPolicy", UserName="anna", PolicyArn=arn)
    ask(moto, "iam", "DetachUserPolicy", UserName="anna", PolicyArn=arn)
    ask(moto, "iam", "DeletePolicy", PolicyArn=arn)
    with pytest.raises(AwsError, match="NoSuchEntity"):
        ask(moto, "iam", "GetPolicy", PolicyArn=arn)


def test_markers_lead_through_all_roles(moto: MotoAdapter) -> None:
    """A marker that a listing gave is taken."""
    names: list[str] = []
    marker: dict[str, str] = {}
    for _ in range(10):
        page = ask(moto, "iam", "ListRoles", MaxItems=1, **marker)
        names += [role["RoleName"] for role in page["Roles"]]
        if not page["IsTruncated"]:
            break
        marker = {"Marker": page["Marker"]}
    assert len(names) == len(set(names)) == 3


@pytest.mark.parametrize("version", [None, "2008-10-17"])
@pytest.mark.parametrize(("kind", "name"), [("Role", "task"), ("User", "anna"), ("Group", "team")])
def test_inline_policies_may_be_of_the_older_version(
    moto: MotoAdapter, kind: str, name: str, version: str | None
) -> None:
    """An inline policy without a version, or of the older one, is kept as it is written."""
    names = {f"{kind}Name": name, "PolicyName": "older"}
    text = old_permissions(version)
    ask(moto, "iam", f"Put{kind}Policy", **names, PolicyDocument=text)
    told = ask(moto, "iam", f"Get{kind}Policy", **names)
    ask(moto, "iam", f"Delete{kind}Policy", **names)
    assert unquote(told["PolicyDocument"]) == text


@pytest.mark.parametrize(
    ("service", "name", "policy"),
    [
        (
            "elasticloadbalancing.amazonaws.com",
            "AWSServiceRoleForElasticLoadBalancing",
            ["AWSElasticLoadBalancingServiceRolePolicy"],
        ),
        (
            "ecs.application-autoscaling.amazonaws.com",
            "AWSServiceRoleForApplicationAutoScaling_ECSService",
            ["AWSApplicationAutoscalingECSServicePolicy"],
        ),
        ("lambda.amazonaws.com", "AWSServiceRoleForLambda", []),
    ],
)
def test_service_linked_roles_come_and_go(
    moto: MotoAdapter, service: str, name: str, policy: list[str]
) -> None:
    """A service's role has its name, its path and its policy, and is deleted with it."""
    made = ask(moto, "iam", "CreateServiceLinkedRole", AWSServiceName=service)["Role"]
    assert made["RoleName"] == name
    assert made["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/{service}/{name}"
    attached = ask(moto, "iam", "ListAttachedRolePolicies", RoleName=name)["AttachedPolicies"]
    assert [one["PolicyName"] for one in attached] == policy
    task = ask(moto, "iam", "DeleteServiceLinkedRole", RoleName=name)["DeletionTaskId"]
    assert task.startswith(f"task/aws-service-role/{service}/{name}/")
    with pytest.raises(AwsError, match="NoSuchEntity"):
        ask(moto, "iam", "GetRole", RoleName=name)


@pytest.mark.parametrize(
    ("operation", "named"),
    [
        ("GetGroup", {"GroupName": "team"}),
        ("ListAccessKeys", {"UserName": "anna"}),
        ("ListAccountAliases", {}),
        ("ListGroupPolicies", {"GroupName": "team"}),
        ("ListGroups", {}),
        ("ListInstanceProfiles", {}),
        ("ListInstanceProfilesForRole", {"RoleName": "task"}),
        ("ListPolicyVersions", {"PolicyArn": f"{OWN}/read"}),
    ],
)
def test_lists_tell_whether_they_are_whole(
    moto: MotoAdapter, operation: str, named: dict[str, str]
) -> None:
    """Every list says that there is nothing more."""
    assert ask(moto, "iam", operation, **named)["IsTruncated"] is False


def test_a_role_may_ask_for_conditions_of_every_form(moto: MotoAdapter) -> None:
    """Operators with their prefixes and endings are taken, in any letters."""
    condition = {
        "ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-a/*"},
        "ArnLikeIfExists": {"aws:SourceArn": "arn:aws:ecs:*"},
        "stringequals": {"aws:SourceAccount": ACCOUNT},
        "Null": {"aws:TokenIssueTime": "true"},
    }
    text = trust(Condition=condition)
    ask(moto, "iam", "CreateRole", RoleName="other", AssumeRolePolicyDocument=text)
    ask(moto, "iam", "DeleteRole", RoleName="other")
