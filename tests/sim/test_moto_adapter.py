"""One account of moto apart from the others: its id, its seed, its worker and its end."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest
from moto_accounts import ACCOUNT, REGION, ClientTo, subnet_ids

from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.moto_adapter import MotoAdapter
from fargate_kit.sim.moto_surfaces import MotoFailure, loaded
from fargate_kit.sim.moto_turns import free_account_id
from fargate_kit.sim.request import Request, Response, route

EXECUTION_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"


@pytest.fixture
def moto() -> Iterator[MotoAdapter]:
    """An adapter on the caller's thread."""
    adapter = MotoAdapter(account_id=ACCOUNT, seed=1, inline=True)
    yield adapter
    adapter.close()


@pytest.fixture
def other() -> Iterator[MotoAdapter]:
    """Another account of the same process, with the same seed."""
    adapter = MotoAdapter(account_id="777788889999", seed=1, inline=True)
    yield adapter
    adapter.close()


@pytest.fixture
def worker() -> Iterator[MotoAdapter]:
    """An adapter with a worker thread."""
    adapter = MotoAdapter(account_id="444455556666", seed=1, inline=False)
    yield adapter
    adapter.close()


# accounts


def test_accounts_are_apart(moto: MotoAdapter, other: MotoAdapter, client_to: ClientTo) -> None:
    """Relies on: the header x-moto-account-id, and S3's table of bucket names."""
    for adapter in (moto, other):
        client_to(adapter.forward, "logs").create_log_group(logGroupName="/ecs/web")
        client_to(adapter.forward, "s3").create_bucket(Bucket="demo")
        assert client_to(adapter.forward, "sts").get_caller_identity()["Account"] == (
            adapter.account_id
        )
    client_to(moto.forward, "s3").put_object(Bucket="demo", Key="mine", Body=b"1")
    assert client_to(other.forward, "s3").list_objects_v2(Bucket="demo")["KeyCount"] == 0
    moto.close()
    assert other.log_group_exists(REGION, "/ecs/web")
    assert client_to(other.forward, "s3").list_buckets()["Buckets"][0]["Name"] == "demo"


def test_a_client_cannot_reach_another_account(
    moto: MotoAdapter, other: MotoAdapter, client_to: ClientTo
) -> None:
    """The client's own x-moto-account-id is not believed."""
    client_to(other.forward, "logs").create_log_group(logGroupName="/secret")
    request = Request(
        method="POST",
        path="/",
        query="",
        headers={
            "x-amz-target": "Logs_20140328.DescribeLogGroups",
            "x-moto-account-id": other.account_id,
        },
        body=b"{}",
    )
    assert json.loads(moto.forward(request).body)["logGroups"] == []


def test_close_leaves_nothing_in_moto(client_to: ClientTo) -> None:
    """Relies on: BackendDict._instances, model_data, and what S3's objects hold open."""
    adapter = MotoAdapter(account_id=ACCOUNT, seed=1, inline=True)
    s3 = client_to(adapter.forward, "s3")
    s3.create_bucket(Bucket="demo")
    for body in (b"old", b"new"):
        s3.put_object(Bucket="demo", Key="k", Body=body)
    client_to(adapter.forward, "sqs").create_queue(QueueName="q")
    adapter.subnet(REGION, "subnet-0")
    moto = loaded()
    assert any(ACCOUNT in backends for backends in moto._backends_in_use())
    adapter.close()
    adapter.close()
    assert not any(ACCOUNT in backends for backends in moto._backends_in_use())
    tracked = [
        instance
        for models in moto._models.values()
        for model in models.values()
        for instance in vars(model)["instances_tracked"]
    ]
    assert tracked == []
    gc.collect()  # a file that is still open would be an error here
    with pytest.raises(RuntimeError, match="closed"):
        adapter.subnet(REGION, "subnet-0")


def test_moto_keeps_nothing_for_itself(moto: MotoAdapter, client_to: ClientTo) -> None:
    """Relies on: what create_backend_app makes for moto's default account can be dropped."""
    subnet_ids(moto, client_to)
    client_to(moto.forward, "sns").list_topics()
    assert not any("123456789012" in backends for backends in loaded()._backends_in_use())


def test_ids_repeat_with_the_seed(
    moto: MotoAdapter, other: MotoAdapter, client_to: ClientTo
) -> None:
    """Relies on: mock_random, whose state is lent to one account at a time."""
    ids = subnet_ids(moto, client_to)
    assert subnet_ids(other, client_to) == ids
    moto.reset()
    assert subnet_ids(moto, client_to) == ids
    third = MotoAdapter(account_id="222233334444", seed=2, inline=True)
    assert subnet_ids(third, client_to) != ids
    third.close()


def test_the_random_stream_outside_is_left_alone(moto: MotoAdapter, client_to: ClientTo) -> None:
    """Whoever else uses moto in this process draws as if no simulator were there."""
    stream = loaded().random
    before = stream.getstate()
    client_to(moto.forward, "ec2").create_security_group(GroupName="web", Description="web")
    assert stream.getstate() == before


def test_reset_forgets_and_seeds_again(moto: MotoAdapter, client_to: ClientTo) -> None:
    """After a reset the account is as fresh as at first."""
    client_to(moto.forward, "logs").create_log_group(logGroupName="/ecs/web")
    client_to(moto.forward, "iam").detach_role_policy(
        RoleName="ecsTaskExecutionRole", PolicyArn=EXECUTION_POLICY
    )
    client_to(moto.forward, "iam").delete_role(RoleName="ecsTaskExecutionRole")
    assert not moto.role_exists(f"arn:aws:iam::{ACCOUNT}:role/ecsTaskExecutionRole")
    moto.reset()
    assert not moto.log_group_exists(REGION, "/ecs/web")
    assert moto.role_exists(f"arn:aws:iam::{ACCOUNT}:role/ecsTaskExecutionRole")


@pytest.mark.parametrize("wrong", ["123456789012", "1234", "11112222333a", ""])
def test_an_account_id_has_twelve_digits_and_is_not_motos(wrong: str) -> None:
    """Anything else is refused at once."""
    with pytest.raises(ValueError, match=r"twelve digits|for itself"):
        MotoAdapter(account_id=wrong, seed=1, inline=True)


def test_motos_own_switch_for_the_account_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """MOTO_ACCOUNT_ID would send all requests to one account, and is told before anything."""
    monkeypatch.setenv("MOTO_ACCOUNT_ID", ACCOUNT)
    with pytest.raises(ValueError, match="MOTO_ACCOUNT_ID"):
        MotoAdapter(account_id="555566667777", seed=1, inline=True)


def test_two_living_accounts_never_share_an_id(moto: MotoAdapter) -> None:
    """The second one is refused, and drawing an id passes over those in use."""
    with pytest.raises(ValueError, match="another simulated account"):
        MotoAdapter(account_id=ACCOUNT, seed=2, inline=True)

    class Draws:
        def __init__(self) -> None:
            self.ids = iter([int(ACCOUNT), 123456789012, 999900001111])

        def randrange(self, *_: int) -> int:
            return next(self.ids)

    assert free_account_id(Draws()) == "999900001111"  # type: ignore[arg-type]


# the seed of an account


def test_the_default_vpc_reaches_the_internet(moto: MotoAdapter, client_to: ClientTo) -> None:
    """Relies on: create_internet_gateway, attach_internet_gateway, create_route."""
    ec2 = client_to(moto.forward, "ec2", "eu-west-1")
    (vpc,) = ec2.describe_vpcs()["Vpcs"]
    (gateway,) = ec2.describe_internet_gateways()["InternetGateways"]
    assert gateway["Attachments"] == [{"VpcId": vpc["VpcId"], "State": "available"}]
    (table,) = ec2.describe_route_tables()["RouteTables"]
    routes = {route["DestinationCidrBlock"]: route["GatewayId"] for route in table["Routes"]}
    assert routes == {
        "172.31.0.0/16": "local",
        "0.0.0.0/0": gateway["InternetGatewayId"],
    }


def test_ecs_finds_its_roles(moto: MotoAdapter, client_to: ClientTo) -> None:
    """Relies on: create_role with `linked_service`, attach_role_policy, AWSManagedPolicy."""
    iam = client_to(moto.forward, "iam")
    role = iam.get_role(RoleName="ecsTaskExecutionRole")["Role"]
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
    attached = iam.list_attached_role_policies(RoleName="ecsTaskExecutionRole")
    (policy,) = attached["AttachedPolicies"]
    assert policy["PolicyArn"] == EXECUTION_POLICY
    linked = iam.get_role(RoleName="AWSServiceRoleForECS")["Role"]
    assert linked["Path"] == "/aws-service-role/ecs.amazonaws.com/"


@pytest.mark.parametrize(
    "policy", ["ReadOnlyAccess", "service-role/AmazonEC2ContainerServiceAutoscaleRole"]
)
def test_any_managed_policy_is_there_when_it_is_asked_for(
    moto: MotoAdapter, client_to: ClientTo, policy: str
) -> None:
    """Relies on: aws_managed_policies_data and AWSManagedPolicy.from_data."""
    iam = client_to(moto.forward, "iam")
    arn = f"arn:aws:iam::aws:policy/{policy}"
    iam.attach_role_policy(RoleName="ecsTaskExecutionRole", PolicyArn=arn)
    seen = iam.get_policy(PolicyArn=arn)["Policy"]
    assert (seen["Arn"], seen["AttachmentCount"]) == (arn, 1)
    document = iam.get_policy_version(PolicyArn=arn, VersionId=seen["DefaultVersionId"])
    assert document["PolicyVersion"]["Document"]["Statement"]
    with pytest.raises(AwsError, match="NoSuchEntity"):
        iam.get_policy(PolicyArn="arn:aws:iam::aws:policy/NoSuchPolicy")


def test_a_further_account_is_cheap(other: MotoAdapter, moto: MotoAdapter) -> None:
    """An account and its region cost no machine images and no table of policies again."""
    other.subnet(REGION, "subnet-0")
    began = time.process_time()
    moto.subnet(REGION, "subnet-0")
    assert time.process_time() - began < 0.05
    assert moto._read(lambda inner: moto._ec2(inner, REGION).amis) == {}


# the worker


def test_importing_the_simulator_does_not_import_moto() -> None:
    """moto is imported when it is needed, and not before."""
    code = (
        "import sys, fargate_kit.sim.moto_adapter as a; "
        "a.MotoAdapter(account_id='111122223333', seed=1, inline=False).close(); "
        "sys.exit('moto' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_missing_moto_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra `sim` the error says what to install."""
    monkeypatch.setitem(sys.modules, "moto.backend_index", None)
    with pytest.raises(MotoFailure, match=r"fargate-kit\[sim\]"):
        loaded.__wrapped__()


def test_everything_runs_on_one_worker_in_order(worker: MotoAdapter, client_to: ClientTo) -> None:
    """A request is answered after every effect that was queued before it."""
    threads: list[str] = []
    worker._read(lambda _: threads.append(threading.current_thread().name))
    for number in range(20):
        worker.open_log_stream(REGION, "/g", f"{number:02}", create_group=True)
        worker._effect(lambda _: threads.append(threading.current_thread().name))
    asked: list[Request] = []

    def remember(request: Request) -> Response:
        asked.append(request)
        return worker.submit_forward(request).result(30)

    streams = client_to(remember, "logs").describe_log_streams(logGroupName="/g")["logStreams"]
    assert [stream["logStreamName"] for stream in streams] == [f"{n:02}" for n in range(20)]
    assert set(threads) == {f"moto-{worker.account_id}"}
    assert worker.submit_forward(asked[0], route(asked[0])).result(30).status == 200


def test_facts_do_not_wait_for_requests(worker: MotoAdapter) -> None:
    """A fact is read before requests that are still in the queue, however many there are."""
    gate = threading.Event()
    seen: list[str] = []
    worker._submit(lambda _: gate.wait(30))
    request = Request(
        method="POST",
        path="/",
        query="",
        headers={"x-amz-target": "Logs_20140328.DescribeLogGroups"},
        body=b"{}",
    )
    promised = [worker.submit_forward(request) for _ in range(5)]
    for each in promised:
        each.add_done_callback(lambda _: seen.append("request"))
    fact = worker._submit(lambda _: seen.append("fact"))
    gate.set()
    fact.result(30)
    assert [each.result(30).status for each in promised] == [200] * 5
    assert seen == ["fact", *["request"] * 5]


def test_flush_waits_for_all_effects_and_tells_of_a_failure(worker: MotoAdapter) -> None:
    """After a flush every effect has happened, and one that failed is told once."""
    gate, done = threading.Event(), threading.Event()
    worker._effect(lambda _: gate.wait(30))
    worker._effect(lambda _: done.set())
    threading.Timer(0.05, gate.set).start()
    worker.flush()
    assert done.is_set()
    worker._effect(lambda _: 1 / 0)
    with pytest.raises(MotoFailure, match="division by zero"):
        worker.flush()
    worker.flush()


def test_warm_up_makes_the_region_in_the_background(worker: MotoAdapter) -> None:
    """Warming up returns at once; when it is done the region is there."""
    gate = threading.Event()
    worker._submit(lambda _: gate.wait(30))
    worker.warm_up(REGION)
    gate.set()
    worker.flush()
    assert worker._regions == {REGION}


def test_close_ends_the_worker(client_to: ClientTo) -> None:
    """No thread is left, and nothing more is taken on."""
    adapter = MotoAdapter(account_id="888899990000", seed=1, inline=False)
    adapter.log_group_exists(REGION, "g")
    name = f"moto-{adapter.account_id}"
    assert any(thread.name.startswith(name) for thread in threading.enumerate())
    adapter.close()
    assert not any(thread.name.startswith(name) for thread in threading.enumerate())
    with pytest.raises(RuntimeError, match="closed"):
        adapter.flush()


def test_the_environment_of_the_process_is_left_alone(
    moto: MotoAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Relies on: settings.ec2_load_default_amis; other threads may be reading the environment."""
    region = "eu-central-1"
    loaded()

    def refuse(*_: object) -> None:
        raise AssertionError("the environment was changed")

    monkeypatch.setattr(os, "putenv", refuse)
    monkeypatch.setattr(os, "unsetenv", refuse)
    assert moto.subnets(region, "vpc-0") == ()
    ec2 = loaded().backend("ec2")[ACCOUNT][region]
    monkeypatch.undo()
    assert ec2.vpcs
    assert not ec2.amis
