"""What a connection does with task definitions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from fargate_kit.core.session import Session
from fargate_kit.model.values import Network
from fargate_kit.preflight import preflight
from fargate_kit.preflight.preflight import Preflight
from fargate_kit.service_spec import Target
from fargate_kit.tasks import task_definition
from fargate_kit.tasks.task_definition import TaskDefinition
from fargate_kit.tasks.task_spec import TaskSpec

__all__ = ["DefinitionVerbs"]


class DefinitionVerbs:
    """Register, find and check task definitions."""

    _session: Session

    async def register(self, spec: TaskSpec) -> TaskDefinition:
        """Register a revision if the family's newest active one differs from what is wanted.

        Safe with other writers: where somebody registers the same at the same moment, one revision
        stays.

        Returns:
            The new revision, or the newest one if nothing changed.

        Raises:
            InvalidSpec: Every problem of the specification, before any call.

        Calls:
            ecs:DescribeTaskDefinition, ecs:RegisterTaskDefinition, ecs:TagResource (where tags
            change), ecs:DeregisterTaskDefinition (where another writer was first)
        """
        return await task_definition.register(self._session, spec)

    async def task_definition(self, name: str) -> TaskDefinition:
        """Look up a revision by `family:revision` or ARN, or a family's newest active one.

        Raises:
            NotFound: There is none.

        Calls:
            ecs:DescribeTaskDefinition
        """
        return await task_definition.describe(self._session, name)

    async def revisions(
        self, family: str, *, status: str = "ACTIVE"
    ) -> AsyncIterator[TaskDefinition]:
        """Yield a family's revisions, the newest first.

        Args:
            status: `ACTIVE`, `INACTIVE` or `DELETE_IN_PROGRESS`.

        Calls:
            ecs:ListTaskDefinitions, ecs:DescribeTaskDefinition for each
        """
        async for each in task_definition.revisions(self._session, family, status=status):
            yield each

    async def check(
        self,
        definition: TaskSpec | TaskDefinition,
        /,
        *,
        network: Network | None = None,
        targets: Sequence[Target] = (),
        execute_command: bool = False,
    ) -> Preflight:
        """Look for what would keep tasks of a definition from running, and change nothing.

        Everything is looked at, and every problem told at once with its remedy: what AWS would
        refuse in the definition; whether the roles are there, trust ECS and may do what is needed;
        whether images in ECR are there and built for the CPU architecture; whether secrets,
        parameters and log groups are there; whether the subnets reach all of that and have
        addresses left; whether target groups have a listener, the right type, VPC and zones, and
        get through to the tasks. Values of secrets are never read. What the caller may not look at
        is told as such.

        Args:
            definition: A specification, or a revision.
            network: None is `default_network()`, asked for once.
            targets: Where load balancers shall reach the tasks.
            execute_command: Whether ECS Exec must work as well.

        Returns:
            What was found; it is true if nothing is in the way and all could be seen.

        Calls:
            for each role iam:GetRole; for the execution role, where it needs anything,
            iam:ListRolePolicies, iam:ListAttachedRolePolicies, iam:GetRolePolicy for each inline
            policy, iam:GetPolicy and iam:GetPolicyVersion for each attached one;
            ecr:BatchGetImage for each container whose image is in ECR;
            secretsmanager:DescribeSecret for each secret; ssm:DescribeParameters if there are any;
            logs:DescribeLogGroups for each log group; those of `check_network()`; for each target
            elasticloadbalancing:DescribeTargetGroups, elasticloadbalancing:DescribeLoadBalancers,
            ec2:DescribeSubnets, ec2:DescribeSecurityGroups
        """
        if isinstance(definition, TaskDefinition):
            subject, spec = definition.name, definition.to_spec()
        else:
            subject, spec = definition.family, definition
        return await preflight.check(
            self._session,
            f"task definition {subject}",
            spec.to_api(),
            network=network,
            targets=targets,
            execute_command=execute_command,
        )
