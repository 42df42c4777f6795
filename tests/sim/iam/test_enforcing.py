"""The permissions of callers, enforced by switch, for any client over HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import anyio.to_thread
import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from fargate_kit.sim import World, simulate

POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["ecs:Describe*", "ecs:List*"], "Resource": "*"},
        {"Effect": "Allow", "Action": "ecs:CreateCluster", "Resource": "*"},
        {
            "Effect": "Deny",
            "Action": "ecs:CreateCluster",
            "Resource": "arn:aws:ecs:*:*:cluster/secret",
        },
    ],
}


def client(world: World, service: str, key: dict[str, str] | None = None) -> Any:
    """Make a client of botocore that signs with a key of IAM, or with any."""
    session = botocore.session.Session()
    given = key or {"AccessKeyId": "SIMULATED", "SecretAccessKey": "simulated"}
    session.set_credentials(given["AccessKeyId"], given["SecretAccessKey"])
    return session.create_client(
        service,
        region_name="us-east-1",
        endpoint_url=world.url,
        config=Config(retries={"total_max_attempts": 1}),
    )


def bob(world: World) -> dict[str, str]:
    """Make a user with a policy, and give his key."""
    iam = client(world, "iam")
    iam.create_user(UserName="bob")
    iam.put_user_policy(UserName="bob", PolicyName="own", PolicyDocument=json.dumps(POLICY))
    key: dict[str, str] = iam.create_access_key(UserName="bob")["AccessKey"]
    return key


def refused(call: Any, **params: Any) -> tuple[str, str, int]:
    """Give the code, the text and the status with which a call is refused."""
    with pytest.raises(ClientError) as caught:
        call(**params)
    response = caught.value.response
    error = response["Error"]
    return error["Code"], error["Message"], response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.fixture
async def guarded() -> AsyncIterator[World]:
    """A served world that looks at its callers."""
    async with simulate(speed=1000, enforce_iam=True) as world:
        yield world


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_user_may_what_his_policy_says(guarded: World) -> None:
    """A user's calls are held against his policy, and refused in AWS's words; others are free."""

    def check() -> None:
        ecs = client(guarded, "ecs", bob(guarded))
        assert ecs.create_cluster(clusterName="prod")["cluster"]["status"] == "ACTIVE"
        assert len(ecs.list_clusters()["clusterArns"]) == 1
        arn = f"arn:aws:ecs:us-east-1:{guarded.account.id}:cluster"
        who = f"User: arn:aws:iam::{guarded.account.id}:user/bob is not authorized to perform"
        assert refused(ecs.delete_cluster, cluster="prod") == (
            "AccessDeniedException",
            f"{who}: ecs:DeleteCluster on resource: {arn}/prod because no identity-based policy "
            "allows the ecs:DeleteCluster action",
            400,
        )
        assert refused(ecs.create_cluster, clusterName="secret") == (
            "AccessDeniedException",
            f"{who}: ecs:CreateCluster on resource: {arn}/secret with an explicit deny in an "
            "identity-based policy",
            400,
        )
        code, _, status = refused(client(guarded, "ec2", bob_key(ecs)).describe_vpcs)
        assert (code, status) == ("UnauthorizedOperation", 403)
        assert client(guarded, "ecs").delete_cluster(cluster="prod")["cluster"]

    def bob_key(ecs: Any) -> dict[str, str]:
        given = ecs._request_signer._credentials
        return {"AccessKeyId": given.access_key, "SecretAccessKey": given.secret_key}

    await anyio.to_thread.run_sync(check)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_nobody_is_looked_at_without_the_switch() -> None:
    """A world that was not told to enforce permissions lets a user without any do everything."""
    async with simulate(speed=1000) as world:

        def check() -> None:
            ecs = client(world, "ecs", bob(world))
            ecs.create_cluster(clusterName="secret")
            assert ecs.delete_cluster(cluster="secret")["cluster"]["status"] == "INACTIVE"

        await anyio.to_thread.run_sync(check)
