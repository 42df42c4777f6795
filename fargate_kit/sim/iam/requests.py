"""What a caller needs for a request to ECS: actions, resources and condition keys.

Source: Service Authorization Reference, page `list_ecs`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fargate_kit.sim.ecs.ground import Ground
from fargate_kit.sim.ecs.state import TaskDefinitionState
from fargate_kit.sim.ecs.task_definitions import find_task_definition
from fargate_kit.sim.iam.permissions import Keys

TASKS = "ecs-tasks.amazonaws.com"
ECS = "ecs.amazonaws.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One action on one resource that a request needs."""

    action: str
    resource: str = "*"
    keys: Keys = field(default_factory=dict)


def ecs_needs(ground: Ground, operation: str, params: Mapping[str, Any]) -> list[Need]:
    """List what a request to ECS needs, in the order in which it is looked at.

    Args:
        ground: The region.
        operation: As the service model names it.
        params: The request, its types checked.

    Raises:
        AwsError: A name or an ARN in it is malformed.
    """
    asked = _Asked(ground, operation, params)
    keys = asked.keys()
    needs = [
        Need(action=f"ecs:{operation}", resource=one, keys={**keys, **asked.tag_keys(one)})
        for one in dict.fromkeys(asked.resources())
    ]
    return [*needs, *asked.tagging(), *asked.passing()]


class _Asked:
    """One request to one region's ECS."""

    def __init__(self, ground: Ground, operation: str, params: Mapping[str, Any]) -> None:
        self._ground = ground
        self._references = ground.references
        self._operation = operation
        self._params = params

    def resources(self) -> list[str]:
        """Give the ARNs that the request is about; `*` for operations without resources."""
        find = _RESOURCES.get(self._operation)
        return (find(self) if find is not None else []) or ["*"]

    def keys(self) -> dict[str, str | bool | Sequence[str]]:
        """Give the condition keys of ECS that the request has."""
        params = self._params
        keys: dict[str, str | bool | Sequence[str]] = {}
        if self._operation in _IN_CLUSTER:
            keys["ecs:cluster"] = self._references.cluster(self._cluster())
        if "enableExecuteCommand" in params or self._operation in {"RunTask", "CreateService"}:
            enabled = bool(params.get("enableExecuteCommand"))
            keys["ecs:enable-execute-command"] = enabled
        if tags := params.get("tags"):
            keys |= {f"aws:RequestTag/{one.get('key')}": one.get("value", "") for one in tags}
            keys["aws:TagKeys"] = [one.get("key", "") for one in tags]
        if providers := [
            one["capacityProvider"] for one in params.get("capacityProviderStrategy") or ()
        ]:
            keys["ecs:capacity-provider"] = [
                self._references.capacity_provider(one) for one in providers
            ]
        network = (params.get("networkConfiguration") or {}).get("awsvpcConfiguration")
        if network and self._operation in {"CreateService", "UpdateService"}:
            keys["ecs:subnet"] = network.get("subnets") or ()
            keys["ecs:auto-assign-public-ip"] = network.get("assignPublicIp") == "ENABLED"
        if self._operation == "RegisterTaskDefinition":
            sizes = {"ecs:task-cpu": params.get("cpu"), "ecs:task-memory": params.get("memory")}
            keys |= {name: str(value) for name, value in sizes.items() if value is not None}
            keys["ecs:compute-compatibility"] = params.get("requiresCompatibilities") or ()
        definition = self._definition()
        if definition is not None and self._operation in {"CreateService", "UpdateService"}:
            keys["ecs:task-definition"] = definition.arn
        return keys

    def tag_keys(self, arn: str) -> dict[str, str]:
        """Give the tags that a resource has already."""
        tags = self._tags(arn)
        return {
            f"{prefix}:ResourceTag/{key}": value
            for prefix in ("aws", "ecs")
            for key, value in tags.items()
        }

    def tagging(self) -> Iterator[Need]:
        """Give what tags in the request need."""
        if self._params.get("tags") and self._operation in _TAGGING:
            keys = {**self.keys(), "ecs:CreateAction": self._operation}
            yield Need(action="ecs:TagResource", resource=self._tagged(), keys=keys)

    def passing(self) -> Iterator[Need]:
        """Give the roles that the request hands on."""
        seen: set[tuple[str, str]] = set()
        for role, service in self._roles():
            arn = self._references.role(role)
            if role and (arn, service) not in seen:
                seen.add((arn, service))
                yield Need(
                    action="iam:PassRole", resource=arn, keys={"iam:PassedToService": service}
                )

    # resources

    def cluster(self) -> list[str]:
        """Give the cluster of the request."""
        return [self._references.cluster(self._cluster())]

    def clusters(self) -> list[str]:
        """Give the clusters of DescribeClusters."""
        given = self._params.get("clusters") or [None]
        return [self._references.cluster(self._references.cluster_name(one)) for one in given]

    def definition(self) -> list[str]:
        """Give the revision that shall run, as it is found now."""
        found = self._definition()
        if found is not None:
            return [found.arn]
        family, revision = self._references.family_revision(self._params["taskDefinition"])
        return [self._references.arn("task-definition", f"{family}:{revision or '*'}")]

    def family(self) -> list[str]:
        """Give the family of RegisterTaskDefinition; its next revision has no number yet."""
        return [self._references.arn("task-definition", f"{self._params['family']}:*")]

    def definitions(self) -> list[str]:
        """Give the revisions of DeleteTaskDefinitions."""
        pairs = [self._references.family_revision(one) for one in self._params["taskDefinitions"]]
        return [
            self._references.arn("task-definition", f"{family}:{revision or '*'}")
            for family, revision in pairs
        ]

    def tasks(self) -> list[str]:
        """Give the tasks of the request."""
        given = self._params.get("tasks") or [one for one in (self._params.get("task"),) if one]
        return [
            self._references.task(self._cluster(), self._references.task_id(one)[1])
            for one in given
        ]

    def services(self) -> list[str]:
        """Give the services of the request."""
        params = self._params
        given = params.get("services") or [params.get("serviceName") or params.get("service")]
        return [
            one
            if one.startswith("arn:")
            else self._references.arn("service", f"{self._cluster()}/{one}")
            for one in given
            if one
        ]

    def parts_of_services(self) -> list[str]:
        """Give deployments or revisions, each with its service."""
        params = self._params
        single = params.get("serviceDeploymentArn")
        arns = (
            params.get("serviceDeploymentArns")
            or params.get("serviceRevisionArns")
            or ([single] if single else [])
        )
        found: list[str] = []
        for arn in arns:
            kind, rest = self._references.kind(arn)
            if kind in {"service-deployment", "service-revision"}:
                found.append(self._references.arn("service", rest.rpartition("/")[0]))
            found.append(arn)
        return found

    def providers(self) -> list[str]:
        """Give the capacity providers of the request."""
        given = self._params.get("capacityProviders") or ()
        return [
            one if one.startswith("arn:") else self._references.capacity_provider(one)
            for one in given
        ]

    def tagged(self) -> list[str]:
        """Give the resource whose tags the request is about."""
        return [self._params["resourceArn"]]

    # what they stand on

    def _cluster(self) -> str:
        given = self._params.get("cluster")
        if self._operation == "CreateCluster":
            given = self._params.get("clusterName")
        return self._references.cluster_name(given)

    def _definition(self) -> TaskDefinitionState | None:
        given = self._params.get("taskDefinition")
        return find_task_definition(self._ground, given) if given else None

    def _tagged(self) -> str:
        if self._operation == "RunTask":
            return self._references.task(self._cluster(), "*")
        return self.resources()[0]

    def _roles(self) -> Iterator[tuple[str, str]]:
        params, definition = self._params, self._definition()
        body: Mapping[str, Any] = definition.body if definition is not None else {}
        overrides: Mapping[str, Any] = params.get("overrides") or {}
        if self._operation in {"RegisterTaskDefinition", "RunTask", *_OF_SERVICES}:
            for member in ("executionRoleArn", "taskRoleArn"):
                role = params.get(member) or overrides.get(member) or body.get(member)
                yield role or "", TASKS
        yield params.get("role") or "", ECS
        for volume in params.get("volumeConfigurations") or ():
            yield (volume.get("managedEBSVolume") or {}).get("roleArn") or "", ECS
        for balancer in params.get("loadBalancers") or ():
            yield (balancer.get("advancedConfiguration") or {}).get("roleArn") or "", ECS
        for lattice in params.get("vpcLatticeConfigurations") or ():
            yield lattice.get("roleArn") or "", ECS

    def _tags(self, arn: str) -> Mapping[str, str]:
        kind, _, rest = arn.rpartition(":")[2].partition("/")
        if ":task-definition/" in arn:
            family, _, number = arn.rpartition("/")[2].partition(":")
            known = self._ground.state.families.get(family)
            revision = known.revisions.get(int(number)) if known and number.isdigit() else None
            return revision.tags if revision is not None else {}
        name, _, inner = rest.partition("/")
        cluster = self._ground.state.clusters.get(name)
        if cluster is None:
            return {}
        if kind == "cluster":
            return cluster.tags
        if kind == "task":
            task = cluster.tasks.get(inner)
            return task.tags if task is not None else {}
        service = cluster.services.get(inner) if kind == "service" else None
        return service.tags if service is not None else {}


_OF_SERVICES = ("CreateService", "UpdateService")
_TAGGING = ("CreateCluster", "RegisterTaskDefinition", "RunTask", "CreateService")
_IN_CLUSTER = frozenset({
    "CreateService",
    "DeleteService",
    "DescribeServices",
    "DescribeTasks",
    "GetTaskProtection",
    "ListServiceDeployments",
    "ListServices",
    "ListTasks",
    "RunTask",
    "StopTask",
    "UpdateService",
    "UpdateTaskProtection",
})
_RESOURCES: dict[str, Callable[[_Asked], list[str]]] = {
    "ContinueServiceDeployment": _Asked.parts_of_services,
    "CreateCluster": _Asked.cluster,
    "CreateService": _Asked.services,
    "DeleteCluster": _Asked.cluster,
    "DeleteService": _Asked.services,
    "DeleteTaskDefinitions": _Asked.definitions,
    "DescribeCapacityProviders": _Asked.providers,
    "DescribeClusters": _Asked.clusters,
    "DescribeServiceDeployments": _Asked.parts_of_services,
    "DescribeServiceRevisions": _Asked.parts_of_services,
    "DescribeServices": _Asked.services,
    "DescribeTasks": _Asked.tasks,
    "GetTaskProtection": _Asked.tasks,
    "ListServiceDeployments": _Asked.services,
    "ListTagsForResource": _Asked.tagged,
    "PutClusterCapacityProviders": _Asked.cluster,
    "RegisterTaskDefinition": _Asked.family,
    "RunTask": _Asked.definition,
    "StopServiceDeployment": _Asked.parts_of_services,
    "StopTask": _Asked.tasks,
    "TagResource": _Asked.tagged,
    "UntagResource": _Asked.tagged,
    "UpdateCluster": _Asked.cluster,
    "UpdateClusterSettings": _Asked.cluster,
    "UpdateService": _Asked.services,
    "UpdateTaskProtection": _Asked.tasks,
}
