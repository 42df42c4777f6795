"""`doctor`: the network that it judges, the cluster that is named, and what it calls left over."""

from __future__ import annotations

import json
from typing import Any

import pytest

import fargate_kit as fk
from fargate_kit.cli import doctor
from fargate_kit.cli.bringing_up import BringingUp
from fargate_kit.cli.desk import Desk
from fargate_kit.cli.up_options import Wish


async def checks(
    desk: Desk, cluster: str, capsys: pytest.CaptureFixture[str], *, code: int = 0
) -> dict[str, dict[str, Any]]:
    """Return what the doctor finds, by the names of what was looked at."""
    capsys.readouterr()
    assert await doctor.examine(desk, cluster, None) == code
    return {each["name"]: each for each in json.loads(capsys.readouterr().out)["checks"]}


async def test_network_of_the_cluster_is_judged(
    aws: fk.Connection, json_desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """A cluster that has a network from `up` is judged by that, also where it is what is broken."""
    await BringingUp(json_desk, Wish(cluster="own", network=True)).go()
    await BringingUp(json_desk, Wish(cluster="plain")).go()
    (vpc,) = await aws.leftovers("up:own", kinds=["VPC"])
    own = (await checks(json_desk, "own", capsys))["network"]
    assert own["state"] == "ok"
    assert f"{vpc.id}, which `fargate-kit up` made for it: 2 subnets" in own["text"]
    assert (await checks(json_desk, "plain", capsys))["network"]["text"].startswith(
        "the default VPC: "
    )
    tables = await aws.leftovers("up:own", kinds=["route table"])
    for table in tables:
        await aws._session.api.call(
            "ec2", "DeleteRoute", RouteTableId=table.id, DestinationCidrBlock="0.0.0.0/0"
        )
    broken = (await checks(json_desk, "own", capsys, code=1))["network"]
    assert (broken["state"], vpc.id in broken["text"]) == ("problem", True)


async def test_network_in_parts_is_told(
    aws: fk.Connection, json_desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where an `up` was cut short, the way to a whole network is told."""
    await BringingUp(json_desk, Wish(cluster="own", network=True)).go()
    (group,) = await aws.leftovers("up:own", kinds=["security group"])
    await aws._session.api.call("ec2", "DeleteSecurityGroup", GroupId=group.id)
    found = (await checks(json_desk, "own", capsys))["network"]
    assert found["state"] == "caution"
    assert "`fargate-kit up own --network` makes it whole" in found["remedies"][-1]


async def test_cluster_that_is_not_there_is_a_problem(
    json_desk: Desk, cluster: fk.Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    """A name that is mistyped ends with 1 and what was meant; `default` is made by `run`."""
    found = (await checks(json_desk, "prdo", capsys, code=1))["cluster"]
    assert (found["state"], "did you mean prod" in found["text"]) == ("problem", True)
    assert found["remedies"] == ["`fargate-kit up prdo` makes it"]
    found = (await checks(json_desk, "default", capsys))["cluster"]
    assert found["state"] == "caution"


async def test_what_runs_is_not_called_left_over(
    aws: fk.Connection, json_desk: Desk, web: fk.Service, capsys: pytest.CaptureFixture[str]
) -> None:
    """While a service is there, nothing says how to delete what it may be using."""
    await aws.create_cluster("spare")
    made = (await checks(json_desk, "prod", capsys))["made"]
    assert "service web" in made["text"]
    assert "left over" not in made["text"]
    used, empty = made["remedies"]
    assert used.startswith("it may be in use by what is in cluster prod, 1 service, 2 running")
    assert "without --dry-run" not in used
    assert empty == "cluster spare is empty; `fargate-kit down spare` deletes it"
    await web.delete(force=True)
    made = (await checks(json_desk, "prod", capsys))["made"]
    assert "left over, for nothing runs here" in made["text"]
    assert "without --dry-run it goes" in made["remedies"][0]


async def test_what_up_made_is_known(
    aws: fk.Connection, json_desk: Desk, web: fk.Service, capsys: pytest.CaptureFixture[str]
) -> None:
    """A cluster of `up` is told as in use, or with the `down` that takes it away."""
    await BringingUp(json_desk, Wish(cluster="idle", network=True)).go()
    await BringingUp(json_desk, Wish(cluster="live")).go()
    await (await aws.cluster("live")).create_service("web", web.definition_arn, desired_count=1)
    made = (await checks(json_desk, "prod", capsys))["made"]
    assert "by `up`, in use: cluster live" in made["text"]
    (vpc,) = await aws.leftovers("up:idle", kinds=["VPC"])
    things = f"cluster idle, network {vpc.id} of cluster idle"
    assert f"by `up`, with nothing in it: {things}" in made["text"]
    assert [each for each in made["remedies"] if "kit down" in each] == [
        f"`fargate-kit down idle` takes away {things}"
    ]


async def test_network_of_a_cluster_that_others_made_is_in_use(
    aws: fk.Connection, json_desk: Desk, web: fk.Service, capsys: pytest.CaptureFixture[str]
) -> None:
    """`up --network` beside a cluster that was there and is in use is not called idle."""
    await BringingUp(json_desk, Wish(cluster="prod", network=True)).go()
    made = (await checks(json_desk, "prod", capsys))["made"]
    assert "by `up`, in use: network vpc-" in made["text"]
    assert not any("down prod" in each for each in made["remedies"])
