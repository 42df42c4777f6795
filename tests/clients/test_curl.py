"""curl with AWS's signature: what is on the wire, without an SDK between."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from xml.etree import ElementTree

import pytest

Curl = Callable[..., tuple[int, dict[str, str], str]]
ECS = "AmazonEC2ContainerServiceV20141113"


@pytest.fixture
def curl(endpoint: str) -> Curl:
    """Return a function that sends a signed request and gives status, headers and body."""
    found = shutil.which("curl")
    if found is None:
        pytest.skip("there is no curl on this machine")
    if "--aws-sigv4" not in subprocess.check_output([found, "--help", "all"], text=True):
        pytest.skip("curl is too old to sign requests: --aws-sigv4 came with 7.75")

    def curl(service: str, body: str, *headers: str) -> tuple[int, dict[str, str], str]:
        given = [word for header in headers for word in ("--header", header)]
        said = subprocess.check_output(
            [
                found, "--silent", "--show-error", "--include", "--max-time", "20",
                "--aws-sigv4", f"aws:amz:us-east-1:{service}", "--user", "simulated:simulated",
                *given, "--data", body, f"{endpoint}/",
            ],
            text=True,
            timeout=30,
        )  # fmt: skip
        head, _, answer = said.replace("\r\n", "\n").partition("\n\n")
        first, *rest = head.split("\n")
        pairs = (line.partition(": ") for line in rest)
        return int(first.split()[1]), {name.lower(): value for name, _, value in pairs}, answer

    return curl


def call(curl: Curl, operation: str, **members: object) -> tuple[int, dict[str, str], str]:
    """Send an operation of ECS."""
    return curl(
        "ecs",
        json.dumps(members),
        f"X-Amz-Target: {ECS}.{operation}",
        "Content-Type: application/x-amz-json-1.1",
    )


def test_json_is_answered(curl: Curl) -> None:
    """A signed request in JSON 1.1 makes a cluster, and the answer has AWS's headers."""
    status, headers, body = call(curl, "CreateCluster", clusterName="curled")
    assert (status, json.loads(body)["cluster"]["status"]) == (200, "ACTIVE")
    assert headers["content-type"] == "application/x-amz-json-1.1"
    assert len(headers["x-amzn-requestid"]) == 36
    status, _, body = call(curl, "ListClusters")
    assert any(arn.endswith(":cluster/curled") for arn in json.loads(body)["clusterArns"])


def test_refusal_is_json(curl: Curl) -> None:
    """An error has status 400 and AWS's code in `__type`."""
    status, headers, body = call(curl, "ListTasks", cluster="nowhere")
    assert status == 400
    assert json.loads(body) == {
        "__type": "ClusterNotFoundException",
        "message": "Cluster not found.",
    }
    assert "x-amzn-requestid" in headers


@pytest.mark.parametrize("body", ["{", "[]", '{"cluster": 7}'])
def test_malformed_json_is_refused(curl: Curl, body: str) -> None:
    """What is no request of ECS gets an error of the client's, not a 500."""
    status, _, answer = curl(
        "ecs", body, f"X-Amz-Target: {ECS}.ListTasks", "Content-Type: application/x-amz-json-1.1"
    )
    assert status == 400
    assert json.loads(answer)["__type"] in {"SerializationException", "ClientException"}


def test_query_is_answered_in_xml(curl: Curl) -> None:
    """A signed form of the query protocol is answered in XML, and so is its error."""
    form = "Action=DescribeLoadBalancers&Version=2015-12-01"
    status, headers, body = curl("elasticloadbalancing", form)
    assert (status, "xml" in headers["content-type"]) == (200, True)
    assert ElementTree.fromstring(body).tag.endswith("DescribeLoadBalancersResponse")  # noqa: S314
    status, _, body = curl("elasticloadbalancing", f"{form}&Names.member.1=nothing")
    assert status == 400
    assert "<Code>LoadBalancerNotFound</Code>" in body
