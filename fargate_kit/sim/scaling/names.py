"""Resource ids and ARNs of Application Auto Scaling, and the checks that requests share."""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fargate_kit.sim.ecs.references import NAME, partition
from fargate_kit.sim.errors import UnsupportedOperation
from fargate_kit.sim.scaling import wording
from fargate_kit.sim.scaling.state import DIMENSION, NAMESPACE

_RESOURCE = re.compile(r"service/([^/]+)/([^/]+)")


@dataclass(frozen=True, slots=True)
class Names:
    """The ARNs of one account in one region.

    Args:
        region: e.g. `eu-west-1`.
        account_id: Twelve digits.
        ids: From which ids are drawn.
    """

    region: str
    account_id: str
    ids: random.Random

    @property
    def role(self) -> str:
        """The ARN of the service-linked role with which ECS services are scaled."""
        return (
            f"arn:{partition(self.region)}:iam::{self.account_id}:role/aws-service-role/"
            "ecs.application-autoscaling.amazonaws.com/"
            "AWSServiceRoleForApplicationAutoScaling_ECSService"
        )

    def target(self) -> str:
        """Draw the ARN of a scalable target."""
        identity = f"{self.ids.getrandbits(144):036x}"
        place = f"{partition(self.region)}:application-autoscaling:{self.region}"
        return f"arn:{place}:{self.account_id}:scalable-target/{identity}"

    def policy(self, resource_id: str, name: str) -> str:
        """Draw the ARN of a scaling policy."""
        return f"{self._of('scalingPolicy', resource_id)}:policyName/{name}"

    def action(self, resource_id: str, name: str) -> str:
        """Draw the ARN of a scheduled action."""
        return f"{self._of('scheduledAction', resource_id)}:scheduledActionName/{name}"

    def alarm(self, name: str) -> str:
        """Write the ARN of an alarm."""
        place = f"{partition(self.region)}:cloudwatch:{self.region}:{self.account_id}"
        return f"arn:{place}:alarm:{name}"

    def uuid(self) -> str:
        """Draw an id."""
        return str(uuid.UUID(int=self.ids.getrandbits(128), version=4))

    def _of(self, kind: str, resource_id: str) -> str:
        place = f"{partition(self.region)}:autoscaling:{self.region}:{self.account_id}"
        return f"arn:{place}:{kind}:{self.uuid()}:resource/{NAMESPACE}/{resource_id}"


def read_resource(params: Mapping[str, Any]) -> tuple[str, str]:
    """Read the cluster and the service of a request that is to change something.

    Raises:
        UnsupportedOperation: The request is about another service than ECS.
        AwsError: The resource id or the dimension is not one of ECS services.
    """
    namespace = params["ServiceNamespace"]
    if namespace != NAMESPACE:
        raise UnsupportedOperation(
            "application-autoscaling", f"for the namespace {namespace}", "Only ecs is simulated."
        )
    check_dimension(params)
    found = _RESOURCE.fullmatch(params["ResourceId"])
    if found is None or not (NAME.fullmatch(found[1]) and NAME.fullmatch(found[2])):
        raise wording.RESOURCE_INVALID.error(given=params["ResourceId"])
    return found[1], found[2]


def check_dimension(params: Mapping[str, Any]) -> None:
    """Refuse a dimension that is not one of the request's namespace.

    Raises:
        AwsError: It is not.
    """
    namespace, dimension = params["ServiceNamespace"], params.get("ScalableDimension")
    if dimension is not None and not dimension.startswith(f"{namespace}:"):
        raise wording.DIMENSION_OF_OTHER_SERVICE.error(dimension=dimension, namespace=namespace)


def called(params: Mapping[str, Any]) -> dict[str, str]:
    """Give the words with which refusals name what a request is about."""
    return {
        "namespace": params["ServiceNamespace"],
        "id": params["ResourceId"],
        "dimension": params.get("ScalableDimension", DIMENSION),
    }
