"""Callers, where an account looks at them: who they are, and what they are refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError


def refused(call: Any, **params: Any) -> tuple[str, str, int]:
    """Make a call that is refused; give code, text and status."""
    with pytest.raises(ClientError) as caught:
        call(**params)
    response = caught.value.response
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    return response["Error"]["Code"], response["Error"]["Message"], status


def test_nobody_is_looked_at_by_default(here: Any) -> None:
    """A user without any policy may do everything, unless the account is told to look."""
    assert here.as_user(here.user(), "ecs").list_clusters()["clusterArns"]


def test_unknown_keys_are_the_administrator(guarded: Any) -> None:
    """A key that IAM does not know may do everything, as test keys must."""
    assert guarded.client("ecs").list_clusters()["clusterArns"]


PROTOCOLS = [
    ("ecs", "list_clusters", "AccessDeniedException", 400, "ecs:ListClusters"),
    ("logs", "describe_log_groups", "AccessDeniedException", 400, "logs:DescribeLogGroups"),
    ("logs", "list_log_groups", "AccessDeniedException", 400, "logs:ListLogGroups"),
    ("iam", "list_users", "AccessDenied", 403, "iam:ListUsers"),
    (
        "elbv2",
        "describe_load_balancers",
        "AccessDenied",
        403,
        "elasticloadbalancing:DescribeLoadBalancers",
    ),
    ("ec2", "describe_vpcs", "UnauthorizedOperation", 403, "ec2:DescribeVpcs"),
    ("s3", "list_buckets", "AccessDenied", 403, "s3:ListAllMyBuckets"),
]


def test_denial_in_the_protocol_of_the_service(guarded: Any) -> None:
    """Each service says in its own protocol that nothing allows the action."""
    key = guarded.user()
    for service, operation, code, status, action in PROTOCOLS:
        found = refused(getattr(guarded.as_user(key, service), operation))
        assert (found[0], found[2]) == (code, status), service
        assert found[1].endswith(
            f"User: arn:aws:iam::{guarded.id}:user/bob is not authorized to perform: {action} on "
            f"resource: * because no identity-based policy allows the {action} action"
        )


def test_everybody_may_ask_who_they_are(guarded: Any) -> None:
    """GetCallerIdentity needs no permission."""
    answer = guarded.as_user(guarded.user(), "sts").get_caller_identity()
    assert answer["Arn"] == f"arn:aws:iam::{guarded.id}:user/bob"


def test_refused_request_changes_nothing(guarded: Any) -> None:
    """What is denied has not happened."""
    ecs = guarded.as_user(guarded.user(), "ecs")
    refused(ecs.create_cluster, clusterName="mine")
    refused(ecs.delete_cluster, cluster="demo")
    arns = guarded.client("ecs").list_clusters()["clusterArns"]
    assert [arn.rpartition("/")[2] for arn in arns] == ["demo"]


def test_policies_of_groups_count(guarded: Any) -> None:
    """A user may do what the user's groups may, and a deny of the user goes first."""
    key = guarded.user(guarded.deny("ecs:DeleteCluster"))
    iam = guarded.client("iam")
    iam.create_group(GroupName="team")
    iam.add_user_to_group(GroupName="team", UserName="bob")
    document = {"Version": "2012-10-17", "Statement": [guarded.allow("ecs:*")]}
    iam.put_group_policy(GroupName="team", PolicyName="ecs", PolicyDocument=json.dumps(document))
    ecs = guarded.as_user(key, "ecs")
    assert ecs.list_clusters()["clusterArns"]
    _, text, _ = refused(ecs.delete_cluster, cluster="demo")
    assert "with an explicit deny in an identity-based policy" in text


def test_session_of_a_role_has_its_policies(guarded: Any) -> None:
    """The keys of AssumeRole may do what the role may, and are named as a session."""
    role = guarded.role(guarded.allow("ecs:ListClusters"), name="reader")
    trust(guarded, "reader", f"arn:aws:iam::{guarded.id}:root")
    given = guarded.client("sts").assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
    ecs = guarded.as_user(given, "ecs")
    assert ecs.list_clusters()["clusterArns"]
    _, text, _ = refused(ecs.create_cluster, clusterName="mine")
    assert f"User: arn:aws:sts::{guarded.id}:assumed-role/reader/me is not" in text


def trust(guarded: Any, role: str, caller: str) -> None:
    """Let a caller take a role."""
    statement = {"Effect": "Allow", "Principal": {"AWS": caller}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    guarded.client("iam").update_assume_role_policy(RoleName=role, PolicyDocument=document)


def test_role_is_given_to_those_whom_it_trusts(guarded: Any) -> None:
    """A role that ECS takes is nobody else's, not even the administrator's; nor is one that is not
    there."""
    role = guarded.role(guarded.allow("*"), name="execution")
    for arn in (role, f"{role}-of-nobody"):
        code, text, status = refused(
            guarded.client("sts").assume_role, RoleArn=arn, RoleSessionName="me"
        )
        assert (code, status) == ("AccessDenied", 403)
        assert text.endswith(f"is not authorized to perform: sts:AssumeRole on resource: {arn}")


TAKEN = [
    ("account", "none", False),
    ("account", "allow", True),
    ("user", "none", True),
    ("user", "deny", False),
    ("somebody else", "allow", False),
]


@pytest.mark.parametrize(("trusted", "own", "taken"), TAKEN)
def test_trust_in_an_account_needs_a_permission_of_the_caller(
    guarded: Any, trusted: str, own: str, taken: bool
) -> None:
    """Who is named may take the role; of a named account, those who have a permission for it."""
    role = guarded.role(name="reader")
    callers = {"account": "root", "user": "user/bob", "somebody else": "user/alice"}
    statement = {
        "none": [],
        "allow": [guarded.allow("sts:AssumeRole", role)],
        "deny": [guarded.deny("sts:AssumeRole", role)],
    }
    key = guarded.user(*statement[own])
    guarded.user(name="alice")
    trust(guarded, "reader", f"arn:aws:iam::{guarded.id}:{callers[trusted]}")
    take = guarded.as_user(key, "sts").assume_role
    if taken:
        assert take(RoleArn=role, RoleSessionName="me")["Credentials"]["SessionToken"]
    else:
        code, _, _ = refused(take, RoleArn=role, RoleSessionName="me")
        assert code == "AccessDenied"


def test_inactive_key_is_refused(guarded: Any) -> None:
    """A key that was switched off is no key."""
    key = guarded.user(guarded.allow("*"))
    guarded.client("iam").update_access_key(
        UserName="bob", AccessKeyId=key["AccessKeyId"], Status="Inactive"
    )
    code, _, _ = refused(guarded.as_user(key, "ecs").list_clusters)
    assert code == "UnrecognizedClientException"


RESOURCES: list[tuple[str, dict[str, Any], str]] = [
    ("describe_clusters", {"clusters": ["demo"]}, "cluster/demo"),
    ("describe_clusters", {}, "cluster/default"),
    ("create_cluster", {"clusterName": "mine"}, "cluster/mine"),
    ("stop_task", {"cluster": "demo", "task": "0" * 32}, "task/demo/" + "0" * 32),
    ("describe_tasks", {"cluster": "demo", "tasks": ["0" * 32]}, "task/demo/" + "0" * 32),
    ("run_task", {"cluster": "demo", "taskDefinition": "web"}, "task-definition/web:1"),
    ("run_task", {"cluster": "demo", "taskDefinition": "web:1"}, "task-definition/web:1"),
    (
        "register_task_definition",
        {"family": "web", "containerDefinitions": [{"name": "a", "image": "app"}]},
        "task-definition/web:*",
    ),
    ("delete_task_definitions", {"taskDefinitions": ["web:1"]}, "task-definition/web:1"),
    ("describe_services", {"cluster": "demo", "services": ["w"]}, "service/demo/w"),
    (
        "create_service",
        {"cluster": "demo", "serviceName": "w", "taskDefinition": "web"},
        "service/demo/w",
    ),
    ("update_service", {"cluster": "demo", "service": "w"}, "service/demo/w"),
    ("delete_service", {"cluster": "demo", "service": "w"}, "service/demo/w"),
    ("list_tasks", {"cluster": "demo"}, "*"),
    ("list_services", {"cluster": "demo"}, "*"),
    ("describe_task_definition", {"taskDefinition": "web"}, "*"),
    ("deregister_task_definition", {"taskDefinition": "web:1"}, "*"),
]


def test_resources_of_ecs(guarded: Any) -> None:
    """Every request is held against the ARN that the authorization reference names."""
    guarded.register()
    ecs = guarded.as_user(guarded.user(), "ecs")
    for operation, params, resource in RESOURCES:
        _, text, _ = refused(getattr(ecs, operation), **params)
        arn = f"arn:aws:ecs:us-east-1:{guarded.id}:{resource}"
        assert f"on resource: {resource if resource == '*' else arn} because" in text, operation


def test_scoped_policy_allows_its_scope(guarded: Any) -> None:
    """A policy for one family in one cluster runs that, and nothing else."""
    guarded.register()
    guarded.client("ecs").create_cluster(clusterName="other")
    root = f"arn:aws:ecs:us-east-1:{guarded.id}"
    statement = guarded.allow("ecs:RunTask", f"{root}:task-definition/web:*")
    statement["Condition"] = {"ArnEquals": {"ecs:cluster": f"{root}:cluster/demo"}}
    ecs = guarded.as_user(guarded.user(statement), "ecs")
    network = {"awsvpcConfiguration": {"subnets": [guarded.subnet]}}
    params = {"taskDefinition": "web", "launchType": "FARGATE", "networkConfiguration": network}
    assert ecs.run_task(cluster="demo", **params)["tasks"]
    code, _, _ = refused(ecs.run_task, cluster="other", **params)
    assert code == "AccessDeniedException"


def test_tags_decide(guarded: Any) -> None:
    """The tags that a resource has can be asked for, and tags of a request need a right."""
    guarded.client("ecs").tag_resource(
        resourceArn=f"arn:aws:ecs:us-east-1:{guarded.id}:cluster/demo",
        tags=[{"key": "team", "value": "blue"}],
    )
    statement = guarded.allow(["ecs:DescribeClusters", "ecs:CreateCluster"])
    statement["Condition"] = {"StringEqualsIfExists": {"aws:ResourceTag/team": "blue"}}
    ecs = guarded.as_user(guarded.user(statement), "ecs")
    assert ecs.describe_clusters(clusters=["demo"])["clusters"]
    guarded.client("ecs").tag_resource(
        resourceArn=f"arn:aws:ecs:us-east-1:{guarded.id}:cluster/demo",
        tags=[{"key": "team", "value": "red"}],
    )
    refused(ecs.describe_clusters, clusters=["demo"])
    assert ecs.create_cluster(clusterName="plain")["cluster"]
    tags = [{"key": "team", "value": "blue"}]
    _, text, _ = refused(ecs.create_cluster, clusterName="tagged", tags=tags)
    assert "is not authorized to perform: ecs:TagResource on resource: " in text


@pytest.mark.parametrize("service", ["ecs-tasks.amazonaws.com", "ec2.amazonaws.com"])
def test_roles_must_be_passed(guarded: Any, service: str) -> None:
    """Registering, running and serving a definition with a role need iam:PassRole to ECS."""
    role = guarded.role()
    passing = guarded.allow("iam:PassRole", role)
    passing["Condition"] = {"StringEquals": {"iam:PassedToService": service}}
    ecs = guarded.as_user(guarded.user(guarded.allow("ecs:*"), passing), "ecs")
    guarded.register(role=role)
    network = {"awsvpcConfiguration": {"subnets": [guarded.subnet]}}
    where = {"cluster": "demo", "launchType": "FARGATE", "networkConfiguration": network}
    definition = {
        "family": "other",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "executionRoleArn": role,
        "containerDefinitions": [{"name": "main", "image": "app"}],
    }
    calls = [
        (ecs.register_task_definition, definition),
        (ecs.run_task, {"taskDefinition": "web", **where}),
        (
            ecs.create_service,
            {"serviceName": "w", "taskDefinition": "web", "desiredCount": 0, **where},
        ),
    ]
    for call, params in calls:
        if service == "ecs-tasks.amazonaws.com":
            call(**params)
            continue
        code, text, _ = refused(call, **params)
        assert code == "AccessDeniedException"
        assert f"not authorized to perform: iam:PassRole on resource: {role} because" in text


def test_overriding_role_must_be_passed(guarded: Any) -> None:
    """A role that a call puts in place of the definition's is the one to be passed."""
    first, second = guarded.role(name="first"), guarded.role(name="second")
    guarded.register(role=first)
    key = guarded.user(guarded.allow("ecs:*"), guarded.allow("iam:PassRole", first))
    ecs = guarded.as_user(key, "ecs")
    params = {
        "cluster": "demo",
        "taskDefinition": "web",
        "launchType": "FARGATE",
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": [guarded.subnet]}},
    }
    assert ecs.run_task(**params)["tasks"]
    _, text, _ = refused(ecs.run_task, overrides={"executionRoleArn": second}, **params)
    assert f"iam:PassRole on resource: {second}" in text
