"""TagResource, UntagResource and ListTagsForResource."""

from __future__ import annotations

from typing import Any

import pytest

PREFIX = "arn:aws:ecs:us-east-1:123456789012"


def _resources(demo: Any) -> dict[str, str]:
    return {
        "cluster": f"{PREFIX}:cluster/demo",
        "task-definition": f"{PREFIX}:task-definition/web:1",
        "task": demo.run()[0]["taskArn"],
    }


@pytest.mark.parametrize("kind", ["cluster", "task-definition", "task"])
def test_tags_added_changed_removed(demo: Any, kind: str) -> None:
    """Clusters, task definitions and tasks can be tagged, tagged anew and untagged."""
    arn = _resources(demo)[kind]

    def tags() -> dict[str, str]:
        listed = demo.call("ListTagsForResource", resourceArn=arn)["tags"]
        return {tag["key"]: tag["value"] for tag in listed}

    assert tags() == {}
    given = [{"key": "team", "value": "a"}, {"key": "keep", "value": ""}]
    demo.call("TagResource", resourceArn=arn, tags=given)
    demo.call("TagResource", resourceArn=arn, tags=[{"key": "team", "value": "b"}])
    assert tags() == {"team": "b", "keep": ""}
    demo.call("UntagResource", resourceArn=arn, tagKeys=["team", "absent"])
    assert tags() == {"keep": ""}


@pytest.mark.parametrize(
    "tags",
    [
        [{"key": "aws:mine", "value": ""}],
        [{"key": "AWS:mine", "value": ""}],
        [{"key": "mine", "value": "aws:x"}],
        [{"key": "", "value": ""}],
        [{"key": "k" * 129, "value": ""}],
        [{"key": "k", "value": "v" * 257}],
        [{"key": "k?", "value": ""}],
        [{"key": "k", "value": "a"}, {"key": "k", "value": "b"}],
        [{"key": f"k{number}", "value": ""} for number in range(51)],
    ],
)
def test_tag_refused(demo: Any, tags: list[dict[str, str]]) -> None:
    """Reserved, malformed, repeated and too many tags are refused wherever tags are given."""
    arn = f"{PREFIX}:cluster/demo"
    for operation, params in (
        ("TagResource", {"resourceArn": arn}),
        ("CreateCluster", {"clusterName": "other"}),
        ("RegisterTaskDefinition", demo.definition(family="other")),
    ):
        refusal = demo.refused(operation, tags=tags, **params)
        assert refusal.code == "InvalidParameterException"
    assert demo.call("ListTagsForResource", resourceArn=arn)["tags"] == []


def test_letters_of_every_script_allowed(demo: Any) -> None:
    """Keys and values may have letters, digits and spaces of every script."""
    arn = f"{PREFIX}:cluster/demo"
    tags = [{"key": "Größe 大きさ", "value": "a+b=c._:/@-"}]
    demo.call("TagResource", resourceArn=arn, tags=tags)
    assert demo.call("ListTagsForResource", resourceArn=arn)["tags"] == tags


def test_fifty_tags_at_most(demo: Any) -> None:
    """A resource has at most fifty tags, over several calls too; AWS's own do not count."""
    task = demo.run(enableECSManagedTags=True)[0]["taskArn"]
    tags = [{"key": f"k{number}", "value": ""} for number in range(50)]
    demo.call("TagResource", resourceArn=task, tags=tags)
    demo.call("TagResource", resourceArn=task, tags=[{"key": "k0", "value": "new"}])
    refusal = demo.refused("TagResource", resourceArn=task, tags=[{"key": "more", "value": ""}])
    assert refusal.code == "LimitExceededException"
    assert len(demo.call("ListTagsForResource", resourceArn=task)["tags"]) == 51


def test_managed_tags_stay(demo: Any) -> None:
    """AWS's own tags cannot be taken away."""
    task = demo.run(enableECSManagedTags=True)[0]["taskArn"]
    refusal = demo.refused("UntagResource", resourceArn=task, tagKeys=["aws:ecs:clusterName"])
    assert refusal.code == "InvalidParameterException"


@pytest.mark.parametrize(
    ("arn", "code"),
    [
        (f"{PREFIX}:cluster/ghost", "ClusterNotFoundException"),
        (f"{PREFIX}:task/demo/{'0' * 32}", "ResourceNotFoundException"),
        (f"{PREFIX}:task/ghost/{'0' * 32}", "ResourceNotFoundException"),
        (f"{PREFIX}:task-definition/web:7", "ResourceNotFoundException"),
        (f"{PREFIX}:task-definition/web", "ResourceNotFoundException"),
        (f"{PREFIX}:service/demo/web", "ResourceNotFoundException"),
        (f"{PREFIX}:moon/demo", "InvalidParameterException"),
        ("arn:aws:ecs:eu-west-1:123456789012:cluster/demo", "InvalidParameterException"),
        ("arn:aws:ecs:us-east-1:210987654321:cluster/demo", "InvalidParameterException"),
        ("arn:aws-cn:ecs:us-east-1:123456789012:cluster/demo", "InvalidParameterException"),
        ("demo", "InvalidParameterException"),
    ],
)
def test_resource_unknown(demo: Any, arn: str, code: str) -> None:
    """What is not there, or not an ARN of this account and region, is refused."""
    unread = demo.refused("ListTagsForResource", resourceArn=arn).code
    assert unread == code.replace("ResourceNotFound", "InvalidParameter")
    tags = [{"key": "a", "value": "b"}]
    assert demo.refused("TagResource", resourceArn=arn, tags=tags).code == code
    assert demo.refused("UntagResource", resourceArn=arn, tagKeys=["a"]).code == code


@pytest.mark.parametrize("kind", ["service", "task", "container-instance"])
def test_short_arns_not_tagged(demo: Any, kind: str) -> None:
    """An ARN of the old format, without its cluster, is refused by all three operations."""
    arn = f"{PREFIX}:{kind}/{'0' * 32}"
    for operation, params in (
        ("ListTagsForResource", {}),
        ("TagResource", {"tags": [{"key": "a", "value": "b"}]}),
        ("UntagResource", {"tagKeys": ["a"]}),
    ):
        refusal = demo.refused(operation, resourceArn=arn, **params)
        assert refusal.code == "InvalidParameterException"
        assert refusal.message == "Long arn format must be used for tagging operations"


def test_ended_resources_not_tagged(demo: Any) -> None:
    """A stopped task, an INACTIVE definition and an INACTIVE cluster take no tags."""
    found = _resources(demo)
    demo.call("StopTask", cluster="demo", task=found["task"])
    demo.engine.settle()
    demo.call("DeregisterTaskDefinition", taskDefinition="web:1")
    demo.call("DeleteCluster", cluster="demo")
    for arn in found.values():
        refusal = demo.refused("TagResource", resourceArn=arn, tags=[{"key": "a", "value": ""}])
        assert refusal.code == "InvalidParameterException"
