"""Tags: what is allowed, and TagResource, UntagResource, ListTagsForResource."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from fargate_kit.sim.ecs import pictures, wording
from fargate_kit.sim.ecs.ground import Ground
from fargate_kit.sim.ecs.services.state import ServiceState
from fargate_kit.sim.ecs.state import ClusterState, TaskDefinitionState, TaskState
from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.wording import Refusal

MOST_TAGS = 50
# In the long format their ARNs name the cluster (Developer Guide, page ecs-account-settings).
_INSIDE_CLUSTERS = frozenset({"service", "task", "container-instance"})
_PUNCTUATION = frozenset("_.:/=+-@")


def read_tags(given: Sequence[Mapping[str, str]] | None) -> dict[str, str]:
    """Check the tags of a request (service model, Tag).

    Args:
        given: As a request has them.

    Returns:
        Key to value, in their order.

    Raises:
        AwsError: A key is reserved, given twice, too long, or there are too many.
    """
    tags: dict[str, str] = {}
    for tag in given or ():
        key, value = tag.get("key", ""), tag.get("value", "")
        if not 1 <= len(key) <= 128 or not _allowed(key):
            raise wording.TAG_KEY_INVALID.error(key=key)
        if len(value) > 256 or not _allowed(value):
            raise wording.TAG_VALUE_INVALID.error(key=key)
        if key.lower().startswith("aws:") or value.lower().startswith("aws:"):
            raise wording.TAG_RESERVED.error(key=key)
        if key in tags:
            raise wording.TAG_TWICE.error(key=key)
        tags[key] = value
    if len(tags) > MOST_TAGS:
        raise wording.TOO_MANY_TAGS.error()
    return tags


def _allowed(text: str) -> bool:
    return all(char in _PUNCTUATION or unicodedata.category(char)[0] in "LZN" for char in text)


class Tags:
    """The operations on tags of clusters, services, task definitions and tasks."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def tag_resource(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Add tags, or change their values."""
        tags = read_tags(params["tags"])
        held = self._find(params["resourceArn"], changing=True).tags
        own = [key for key in {**held, **tags} if not key.startswith("aws:")]
        if len(own) > MOST_TAGS:
            raise wording.TAG_LIMIT.error()
        held.update(tags)
        return {}

    def untag_resource(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Take tags away; a key that is not there is passed over."""
        for key in params["tagKeys"]:
            if key.lower().startswith("aws:"):
                raise wording.TAG_RESERVED.error(key=key)
        held = self._find(params["resourceArn"], changing=True).tags
        for key in params["tagKeys"]:
            held.pop(key, None)
        return {}

    def list_tags_for_resource(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Tell the tags of a resource."""
        found = self._find(params["resourceArn"], changing=False)
        return {"tags": pictures.tag_list(found.tags)}

    def _find(
        self, arn: str, *, changing: bool
    ) -> ClusterState | ServiceState | TaskDefinitionState | TaskState:
        kind, rest = self._ground.references.kind(arn)
        if kind in _INSIDE_CLUSTERS and "/" not in rest:
            raise wording.TAG_SHORT_ARN.error()
        if kind == "service":
            return self._service(arn, changing)
        if kind == "cluster":
            return self._cluster(arn)
        if kind == "task":
            return self._task(arn, changing)
        if kind == "task-definition":
            return self._task_definition(arn, changing)
        raise wording.TAG_RESOURCE_UNSUPPORTED.error(given=arn)

    def _cluster(self, arn: str) -> ClusterState:
        name = self._ground.references.cluster_name(arn)
        cluster = self._ground.state.clusters.get(name)
        if cluster is None:
            raise wording.CLUSTER_NOT_FOUND.error()
        if cluster.status != "ACTIVE":
            raise wording.TAG_CLUSTER_INACTIVE.error()
        return cluster

    def _service(self, arn: str, changing: bool) -> ServiceState:
        cluster_name, _, name = self._ground.references.kind(arn)[1].rpartition("/")
        cluster = self._ground.state.clusters.get(cluster_name or "default")
        service = cluster.services.get(name) if cluster else None
        if service is None:
            raise _missing(wording.TAG_SERVICE_NOT_FOUND, arn, changing)
        if changing and service.status == "INACTIVE":
            raise wording.TAG_SERVICE_INACTIVE.error()
        return service

    def _task(self, arn: str, changing: bool) -> TaskState:
        cluster_name, task_id = self._ground.references.task_id(arn)
        cluster = self._ground.state.clusters.get(cluster_name or "default")
        task = cluster.tasks.get(task_id) if cluster else None
        if task is None:
            raise _missing(wording.TAG_TASK_NOT_FOUND, arn, changing)
        if changing and task.last_status == "STOPPED":
            raise wording.TAG_TASK_STOPPED.error()
        return task

    def _task_definition(self, arn: str, changing: bool) -> TaskDefinitionState:
        family_name, revision = self._ground.references.family_revision(arn)
        family = self._ground.state.families.get(family_name)
        if family is None or revision is None or revision not in family.revisions:
            raise _missing(wording.TAG_DEFINITION_NOT_FOUND, arn, changing)
        found = family.revisions[revision]
        if changing and found.status != "ACTIVE":
            raise wording.TAG_DEFINITION_INACTIVE.error()
        return found


def _missing(refusal: Refusal, arn: str, changing: bool) -> AwsError:
    # ListTagsForResource does not declare ResourceNotFoundException (service model)
    return (refusal if changing else wording.TAG_RESOURCE_UNSUPPORTED).error(given=arn)
