"""Task definitions: register, describe, list, deregister, delete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fargate_kit.sim.ecs import pictures, wording
from fargate_kit.sim.ecs.ground import Ground
from fargate_kit.sim.ecs.pages import page
from fargate_kit.sim.ecs.registration import check, registered
from fargate_kit.sim.ecs.requirements import required_attributes
from fargate_kit.sim.ecs.state import FamilyState, TaskDefinitionState
from fargate_kit.sim.ecs.tags import read_tags
from fargate_kit.sim.errors import AwsError

MOST_TO_DELETE = 10


def find_task_definition(ground: Ground, given: str) -> TaskDefinitionState | None:
    """Find a task definition: of a family alone, the newest ACTIVE revision.

    Args:
        ground: The region.
        given: A family, `family:revision` or an ARN.

    Raises:
        AwsError: `given` is none of them.
    """
    name, revision = ground.references.family_revision(given)
    family = ground.state.families.get(name)
    if family is None:
        return None
    return family.newest_active() if revision is None else family.revisions.get(revision)


class TaskDefinitions:
    """The operations on task definitions."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def register_task_definition(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Register the next revision of a family."""
        tags = read_tags(params.get("tags"))
        on_fargate = check(params)
        references = self._ground.references
        body = registered(params, references, on_fargate=on_fargate)
        body["requiresAttributes"] = required_attributes(body)
        name = params["family"]
        family = self._ground.state.families.setdefault(name, FamilyState(name=name))
        family.last_revision += 1
        made = TaskDefinitionState(
            family=name,
            revision=family.last_revision,
            arn=references.task_definition(name, family.last_revision),
            body=body,
            registered_at=self._ground.engine.now,
            registered_by=references.root,
            tags=tags,
        )
        family.revisions[made.revision] = made
        answer: dict[str, Any] = {"taskDefinition": pictures.task_definition(made)}
        if tags:
            answer["tags"] = pictures.tag_list(tags)
        return answer

    def describe_task_definition(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Describe a revision, of a family alone its newest ACTIVE one."""
        found = find_task_definition(self._ground, params["taskDefinition"])
        if found is None:
            raise wording.DEFINITION_NOT_DESCRIBED.error()
        answer: dict[str, Any] = {"taskDefinition": pictures.task_definition(found)}
        if "TAGS" in (params.get("include") or ()):
            answer["tags"] = pictures.tag_list(found.tags)
        return answer

    def list_task_definitions(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """List revisions of one status, by family and number."""
        status = params.get("status", "ACTIVE")
        wanted = params.get("familyPrefix")  # AWS's name for it; it is the whole family name
        descending = params.get("sort") == "DESC"
        rows = sorted(
            (
                one
                for family in self._ground.state.families.values()
                if wanted in {None, family.name}
                for one in family.revisions.values()
                if one.status == status
            ),
            key=_order,
            reverse=descending,
        )
        found, token = page(
            rows, params, scope="ListTaskDefinitions", key=_order, descending=descending
        )
        answer: dict[str, Any] = {"taskDefinitionArns": [one.arn for one in found]}
        if token:
            answer["nextToken"] = token
        return answer

    def list_task_definition_families(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """List families by the status of their revisions."""
        status = params.get("status", "ALL")
        prefix = params.get("familyPrefix", "")
        names = sorted(
            family.name
            for family in self._ground.state.families.values()
            if family.name.startswith(prefix)
            and family.revisions
            and status in {"ALL", "ACTIVE" if family.newest_active() else "INACTIVE"}
        )
        found, token = page(names, params, scope="ListTaskDefinitionFamilies", key=str)
        answer: dict[str, Any] = {"families": found}
        if token:
            answer["nextToken"] = token
        return answer

    def deregister_task_definition(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Make a revision INACTIVE; one that is so already stays as it is."""
        given = params["taskDefinition"]
        if self._ground.references.family_revision(given)[1] is None:
            raise wording.REVISION_MISSING.error()
        found = find_task_definition(self._ground, given)
        if found is None:
            raise wording.DEFINITION_NOT_DESCRIBED.error()
        if found.status == "ACTIVE":
            found.status = "INACTIVE"
            found.deregistered_at = self._ground.engine.now
        return {"taskDefinition": pictures.task_definition(found)}

    def delete_task_definitions(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Delete INACTIVE revisions: they are DELETE_IN_PROGRESS as long as tasks use them."""
        given = params["taskDefinitions"]
        if not 1 <= len(given) <= MOST_TO_DELETE:
            raise wording.DEFINITIONS_TO_DELETE.error(count=len(given))
        deleted: list[dict[str, Any]] = []
        failures: list[dict[str, Any]] = []
        for one in dict.fromkeys(given):
            found, reason = self._deletable(one)
            if found is None:
                failures.append({"arn": one, "reason": reason})
                continue
            self._delete(found)
            deleted.append(pictures.task_definition(found))
        return {"taskDefinitions": deleted, "failures": failures}

    def _deletable(self, given: str) -> tuple[TaskDefinitionState | None, str]:
        try:
            revision = self._ground.references.family_revision(given)[1]
        except AwsError:
            revision = None
        if revision is None:
            return None, wording.DEFINITION_DELETE_NO_REVISION.say()
        found = find_task_definition(self._ground, given)
        if found is None:
            return None, wording.DEFINITION_DELETE_MISSING.say()
        if found.status == "ACTIVE":
            return None, wording.DEFINITION_DELETE_ACTIVE.say()
        return found, ""

    def _delete(self, definition: TaskDefinitionState) -> None:
        if definition.status == "DELETE_IN_PROGRESS":
            return
        definition.status = "DELETE_IN_PROGRESS"
        definition.delete_requested_at = self._ground.engine.now
        self._remove_later(definition)

    def _remove_later(self, definition: TaskDefinitionState) -> None:
        self._ground.engine.after(
            self._ground.timing.task_definition_deletion,
            lambda: self._remove(definition),
            background=True,
            name=f"delete task definition {definition.name}",
        )

    def _remove(self, definition: TaskDefinitionState) -> None:
        in_use = any(
            task.definition is definition and task.last_status != "STOPPED"
            for cluster in self._ground.state.clusters.values()
            for task in cluster.tasks.values()
        ) or any(
            service.uses(definition)
            for cluster in self._ground.state.clusters.values()
            for service in cluster.services.values()
        )
        if in_use:
            self._remove_later(definition)
        else:
            del self._ground.state.families[definition.family].revisions[definition.revision]


def _order(definition: TaskDefinitionState) -> tuple[str, int]:
    return definition.family, definition.revision
