"""What a connection does about what was made with it."""

from __future__ import annotations

from collections.abc import Collection

from fargate_kit.core.session import Session
from fargate_kit.teardown import teardown as teardowns
from fargate_kit.teardown.leftovers import Leftover
from fargate_kit.teardown.teardown import TornDown

__all__ = ["TeardownVerbs"]


class TeardownVerbs:
    """Find and take down what was made."""

    _session: Session

    async def teardown(self, mark: str, *, kinds: Collection[str] | None = None) -> TornDown:
        """Delete everything in the region that carries a mark, and prove that nothing is left.

        What is used by something goes after what uses it; services and tasks are waited for. What
        cannot be deleted does not keep the rest from going. It looks for everything again at the
        end, and may be run again at any time. Roles have no region: they go wherever they were
        made from.

        Args:
            mark: The value of the tag `fargate-kit`; what was made without a mark has `made`.
            kinds: Of `teardown.KINDS`, those that are looked for, for instance where the caller may
                not list roles; None is all.

        Raises:
            InvalidSpec: The mark is no value of a tag, or a kind is not known; nothing was sent.
            TeardownIncomplete: Something is left, or could not be looked for; it names them.

        Calls:
            to look, twice: ecs:ListClusters, ecs:DescribeClusters, and for each cluster
            ecs:ListServices, ecs:DescribeServices, ecs:ListTasks, ecs:DescribeTasks;
            ecs:ListTaskDefinitions, ecs:DescribeTaskDefinition once for each revision;
            application-autoscaling:DescribeScalableTargets and ListTagsForResource;
            elasticloadbalancing:DescribeLoadBalancers, DescribeTargetGroups, DescribeListeners,
            DescribeRules, DescribeTags; logs:DescribeLogGroups, iam:ListRoles and
            cloudwatch:DescribeAlarms, and once for each of those logs:ListTagsForResource,
            iam:ListRoleTags, cloudwatch:ListTagsForResource; ec2:Describe of VPC endpoints, NAT
            gateways, addresses, security groups, subnets, route tables, internet gateways, VPCs;
            and what deletes what was found
        """
        return await teardowns.teardown(self._session, mark, kinds=kinds)

    async def leftovers(
        self, mark: str, *, kinds: Collection[str] | None = None
    ) -> tuple[Leftover, ...]:
        """Find everything in the region that carries a mark, and change nothing.

        Args:
            mark: The value of the tag `fargate-kit`; what was made without a mark has `made`.
            kinds: Of `teardown.KINDS`, those that are looked for; None is all.

        Raises:
            InvalidSpec: The mark is no value of a tag, or a kind is not known; nothing was sent.
            TeardownIncomplete: Something could not be looked for.

        Calls:
            to look, those of `teardown()`, once
        """
        return await teardowns.leftovers(self._session, mark, kinds=kinds)
