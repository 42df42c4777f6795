"""What a task's roles must allow before it starts, and what it is told otherwise."""

from __future__ import annotations

import json
from typing import Any

import pytest

RETRIEVAL = (
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
    "retrieval failed: "
)


def failed(task: dict[str, Any], family: str) -> str:
    """Hold what every task that could not start has in common; give its reason."""
    assert task["lastStatus"] == "STOPPED"
    assert task["stopCode"] == "TaskFailedToStart"
    reason: str = task["stoppedReason"]
    assert reason.startswith(f"{family}: ")
    return reason


def ecr(here: Any, repository: str = "web") -> str:
    """Push an image to the account's own ECR; give its name."""
    here.client("ecr").create_repository(repositoryName=repository)
    manifest = json.dumps({
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": {"digest": "sha256:" + "0" * 64},
        "layers": [],
    })
    here.client("ecr").put_image(repositoryName=repository, imageManifest=manifest, imageTag="1")
    return f"{here.id}.dkr.ecr.us-east-1.amazonaws.com/{repository}:1"


def test_seeded_role_does_everything_ordinary(here: Any) -> None:
    """The execution role that the account begins with pulls from ECR and writes logs."""
    here.client("logs").create_log_group(logGroupName="/ecs/web")
    image = ecr(here, "app")
    role = f"arn:aws:iam::{here.id}:role/ecsTaskExecutionRole"
    task = here.start(image=image, role=role, logConfiguration=here.logging())
    assert task["lastStatus"] == "RUNNING"
    assert here.lines() == ["started"]


def test_role_must_trust_ecs(here: Any) -> None:
    """A role that only EC2 may take starts no task."""
    role = here.role(here.allow("*"), trusted="ec2.amazonaws.com")
    reason = failed(here.start(role=role), "ResourceInitializationError")
    assert "unable to assume the role" in reason
    assert role in reason


@pytest.mark.parametrize(("account", "trusted"), [("own", True), ("000000000000", False)])
def test_conditions_of_trust_count(here: Any, account: str, trusted: bool) -> None:
    """A trust policy for one source account serves tasks of that account only."""
    source = here.id if account == "own" else account
    condition = {
        "StringEquals": {"aws:SourceAccount": source},
        "ArnLike": {"aws:SourceArn": f"arn:aws:ecs:us-east-1:{source}:*"},
    }
    task = here.start(role=here.role(condition=condition))
    assert task["lastStatus"] == ("RUNNING" if trusted else "STOPPED")


def test_task_role_must_trust_ecs(here: Any) -> None:
    """The task's own role must be there and trust ECS, though ECS needs nothing of it."""
    good = here.role(name="good")
    bad = here.role(name="bad", trusted="lambda.amazonaws.com")
    assert here.start(taskRoleArn=good)["lastStatus"] == "RUNNING"
    task = here.start(taskRoleArn=bad)
    assert task["stopCode"] == "TaskFailedToStart"
    assert f"ECS was unable to assume the role '{bad}'" in task["stoppedReason"]


@pytest.mark.parametrize(
    ("missing", "family", "text"),
    [
        (
            "ecr:GetAuthorizationToken",
            "ResourceInitializationError",
            "unable to retrieve ecr registry auth: service call has been retried 1 time(s): "
            "AccessDeniedException: User: arn:aws:sts::",
        ),
        ("ecr:BatchGetImage", "CannotPullContainerError", "[manifests 1]: 403 Forbidden"),
        ("ecr:GetDownloadUrlForLayer", "CannotPullContainerError", ": 403 Forbidden"),
    ],
)
def test_each_right_to_pull_is_needed(here: Any, missing: str, family: str, text: str) -> None:
    """Without any one of the three rights an image of the account's own ECR is not pulled."""
    rights = ["ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    image = ecr(here, "app")
    whole = here.role(here.allow(rights), name="whole")
    assert here.start(image=image, role=whole)["lastStatus"] == "RUNNING"
    role = here.role(here.allow([one for one in rights if one != missing]))
    assert text in failed(here.start(image=image, role=role), family)


def test_rights_are_for_repositories(here: Any) -> None:
    """A role for one repository does not pull from another."""
    image = ecr(here, "app")
    repository = f"arn:aws:ecr:us-east-1:{here.id}:repository/"
    login = here.allow("ecr:GetAuthorizationToken")
    good = here.role(login, here.allow("ecr:*", f"{repository}app"), name="good")
    bad = here.role(login, here.allow("ecr:*", f"{repository}other"), name="bad")
    assert here.start(image=image, role=good)["lastStatus"] == "RUNNING"
    failed(here.start(image=image, role=bad), "CannotPullContainerError")


def test_explicit_deny_is_told(here: Any) -> None:
    """A deny beats the managed policy, and the reason says that it was explicit."""
    role = here.role(here.deny("ecr:GetAuthorizationToken"))
    policy = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
    here.client("iam").attach_role_policy(RoleName="execution", PolicyArn=policy)
    reason = failed(here.start(image=ecr(here), role=role), "ResourceInitializationError")
    assert "with an explicit deny in an identity-based policy" in reason


def test_secret_becomes_a_variable(here: Any) -> None:
    """Secrets reach the workload whole or by key, in the version that is asked for."""
    made = here.client("secretsmanager").create_secret(
        Name="db", SecretString=json.dumps({"user": "ann", "port": 5432})
    )
    here.client("ssm").put_parameter(Name="/prod/key", Value="k-1", Type="SecureString")
    role = here.role(here.allow(["secretsmanager:GetSecretValue", "ssm:GetParameters"]))
    parameter = f"arn:aws:ssm:us-east-1:{here.id}:parameter/prod/key"
    task = here.start(
        role=role,
        environment=[{"name": "PLAIN", "value": "p"}],
        secrets=[
            {"name": "WHOLE", "valueFrom": made["ARN"]},
            {"name": "DB_USER", "valueFrom": f"{made['ARN']}:user::"},
            {"name": "DB_PORT", "valueFrom": f"{made['ARN']}:port:AWSCURRENT:"},
            {"name": "KEY", "valueFrom": "/prod/key"},
            {"name": "KEY_TOO", "valueFrom": parameter},
        ],
    )
    assert task["lastStatus"] == "RUNNING"
    (launch,) = here.app.launches
    variables = {name: launch.environment[name] for name in ("PLAIN", "DB_USER", "DB_PORT")}
    assert variables == {"PLAIN": "p", "DB_USER": "ann", "DB_PORT": "5432"}
    assert json.loads(launch.environment["WHOLE"])["user"] == "ann"
    assert launch.environment["KEY"] == launch.environment["KEY_TOO"] == "k-1"


def test_secret_is_in_no_answer_and_no_state(here: Any, caplog: pytest.LogCaptureFixture) -> None:
    """No answer about the task, no reason, no log and no representation has a secret's value."""
    value = "s3cr3t-v4lue"
    made = here.client("secretsmanager").create_secret(Name="db", SecretString=value)
    role = here.role(here.allow("secretsmanager:GetSecretValue"))
    task = here.start(role=role, secrets=[{"name": "P", "valueFrom": made["ARN"]}])
    assert here.app.launches[0].environment["P"] == value
    ecs = here.client("ecs")
    answers = [task, ecs.describe_task_definition(taskDefinition="web")]
    region = here.account.ecs("us-east-1")
    assert value not in repr(answers)
    assert value not in repr(region.state)
    assert value not in repr(region.lifecycle._lives)
    assert value not in caplog.text
    wrong = [{"name": "P", "valueFrom": f"{made['ARN']}:password::"}]
    reason = failed(here.start(role=role, secrets=wrong), "ResourceInitializationError")
    assert value not in reason


@pytest.mark.parametrize(
    ("reference", "rights", "text"),
    [
        ("db", [], "AccessDeniedException: User: arn:aws:sts::"),
        ("gone", ["secretsmanager:GetSecretValue"], "ResourceNotFoundException"),
        ("db:nokey::", ["secretsmanager:GetSecretValue"], "did not contain json key nokey"),
        ("text:nokey::", ["secretsmanager:GetSecretValue"], "is no JSON object"),
        ("db::AWSPREVIOUS:", ["secretsmanager:GetSecretValue"], "ResourceNotFoundException"),
    ],
)
def test_unreadable_secret_fails_the_task(
    here: Any, reference: str, rights: list[str], text: str
) -> None:
    """A secret that is missing, not allowed or not of the form that is asked for is fatal."""
    manager = here.client("secretsmanager")
    arns = {
        "db": manager.create_secret(Name="db", SecretString='{"user": "ann"}')["ARN"],
        "text": manager.create_secret(Name="text", SecretString="plain")["ARN"],
        "gone": f"arn:aws:secretsmanager:us-east-1:{here.id}:secret:gone-AbCdEf",
    }
    name, _, rest = reference.partition(":")
    role = here.role(*(here.allow(one) for one in rights))
    given = arns[name] + (f":{rest}" if rest else "")
    task = here.start(role=role, secrets=[{"name": "P", "valueFrom": given}])
    reason = failed(task, "ResourceInitializationError")
    assert reason.startswith(RETRIEVAL + "unable to retrieve secret from asm: ")
    assert text in reason


@pytest.mark.parametrize(
    ("rights", "text"),
    [([], "AccessDeniedException"), (["ssm:GetParameters"], "invalid ssm parameters: /gone")],
)
def test_unreadable_parameter_fails_the_task(here: Any, rights: list[str], text: str) -> None:
    """A parameter that is missing or not allowed is fatal."""
    role = here.role(*(here.allow(one) for one in rights))
    task = here.start(role=role, secrets=[{"name": "P", "valueFrom": "/gone"}])
    reason = failed(task, "ResourceInitializationError")
    assert reason.startswith(RETRIEVAL + "unable to retrieve secrets from ssm: ")
    assert text in reason


def test_environment_file_is_read(here: Any) -> None:
    """Variables come from a file in S3; those of the definition itself go first."""
    here.client("s3").create_bucket(Bucket="settings")
    body = b"# comment\nA=1\nB=two=2\n\nC=file\n"
    here.client("s3").put_object(Bucket="settings", Key="web.env", Body=body)
    files = [{"type": "s3", "value": "arn:aws:s3:::settings/web.env"}]
    own = [{"name": "C", "value": "definition"}]
    role = here.role(here.allow("s3:GetObject", "arn:aws:s3:::settings/*"), name="reads")
    assert here.start(role=role, environmentFiles=files, environment=own)["lastStatus"] == "RUNNING"
    environment = here.app.launches[0].environment
    assert {name: environment[name] for name in "ABC"} == {
        "A": "1",
        "B": "two=2",
        "C": "definition",
    }
    task = here.start(role=here.role(name="reads-not"), environmentFiles=files)
    assert "failed to download env files" in failed(task, "ResourceInitializationError")
    gone = [{"type": "s3", "value": "arn:aws:s3:::settings/gone.env"}]
    task = here.start(role=role, environmentFiles=gone)
    assert "NoSuchKey" in failed(task, "ResourceInitializationError")


def test_log_stream_must_be_allowed(here: Any) -> None:
    """Without logs:CreateLogStream the task does not start, and the stream is named."""
    here.client("logs").create_log_group(logGroupName="/ecs/web")
    task = here.start(role=here.role(), logConfiguration=here.logging())
    reason = failed(task, "ResourceInitializationError")
    assert "failed to create Cloudwatch log stream: AccessDeniedException" in reason
    assert f":{here.id}:log-group:/ecs/web:log-stream:run/main/" in reason


def test_log_group_must_be_allowed(here: Any) -> None:
    """The managed policy makes no log group; with the right to, the driver makes it."""
    log = here.logging("/ecs/new", **{"awslogs-create-group": "true"})
    managed = f"arn:aws:iam::{here.id}:role/ecsTaskExecutionRole"
    task = here.start(role=managed, logConfiguration=log)
    assert "logs:CreateLogGroup" in failed(task, "ResourceInitializationError")
    role = here.role(here.allow("logs:*"))
    assert here.start(role=role, logConfiguration=log)["lastStatus"] == "RUNNING"
    assert here.lines("/ecs/new") == ["started"]


def test_lines_that_may_not_be_written_are_lost(here: Any) -> None:
    """Without logs:PutLogEvents the task runs, its stream is there, and its lines are not."""
    here.client("logs").create_log_group(logGroupName="/ecs/web")
    role = here.role(here.allow("logs:CreateLogStream"))
    assert here.start(role=role, logConfiguration=here.logging())["lastStatus"] == "RUNNING"
    streams = here.client("logs").describe_log_streams(logGroupName="/ecs/web")["logStreams"]
    assert len(streams) == 1
    assert here.lines() == []


def test_boundary_of_a_role_counts(here: Any) -> None:
    """What the permissions boundary leaves out, the role cannot do."""
    document = {"Version": "2012-10-17", "Statement": [here.allow("s3:*")]}
    policy = here.client("iam").create_policy(
        PolicyName="limit", PolicyDocument=json.dumps(document)
    )["Policy"]["Arn"]
    role = here.role(here.allow("*"))
    here.client("iam").put_role_permissions_boundary(
        RoleName="execution", PermissionsBoundary=policy
    )
    reason = failed(here.start(role=role, image=ecr(here)), "ResourceInitializationError")
    assert "because no permissions boundary allows the ecr:GetAuthorizationToken action" in reason


def test_new_version_of_a_policy_counts(here: Any) -> None:
    """The default version of a managed policy is the one that is evaluated."""
    iam = here.client("iam")
    documents = [
        json.dumps({"Version": "2012-10-17", "Statement": [here.allow(action)]})
        for action in ("s3:*", "ecr:*")
    ]
    arn = iam.create_policy(PolicyName="p", PolicyDocument=documents[0])["Policy"]["Arn"]
    role = here.role()
    iam.attach_role_policy(RoleName="execution", PolicyArn=arn)
    image = ecr(here, "app")
    failed(here.start(role=role, image=image), "ResourceInitializationError")
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=documents[1], SetAsDefault=True)
    assert here.start(role=role, image=image)["lastStatus"] == "RUNNING"


def test_failures_repeat_exactly(new_here: Any) -> None:
    """Two accounts of one seed tell the same reason, request id included."""
    reasons = []
    for _ in range(2):
        made = new_here()
        made.client("logs").create_log_group(logGroupName="/ecs/web")
        task = made.start(role=made.role(), logConfiguration=made.logging())
        reasons.append(task["stoppedReason"])
        made.account.close()
    assert reasons[0] == reasons[1]
    assert "request id: " in reasons[0]
