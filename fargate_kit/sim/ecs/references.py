"""Names, ids and ARNs of ECS: built in one place, and read as AWS reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fargate_kit.sim.ecs import wording

NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
TASK_ID = re.compile(r"[0-9a-fA-F-]+")
_ARN = re.compile(r"arn:(aws[a-z-]*):ecs:([a-z0-9-]+):(\d{12}):([a-z-]+)/(.+)")


def partition(region: str) -> str:
    """Tell the first part of a region's ARNs after `arn:`."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


@dataclass(frozen=True, slots=True)
class References:
    """The ARNs of one account in one region.

    Args:
        region: e.g. `eu-west-1`.
        account_id: Twelve digits.
    """

    region: str
    account_id: str

    @property
    def root(self) -> str:
        """The ARN of the account's root user, as whom every request is taken."""
        return f"arn:{partition(self.region)}:iam::{self.account_id}:root"

    def arn(self, kind: str, rest: str) -> str:
        """Build an ARN of this region."""
        return f"arn:{partition(self.region)}:ecs:{self.region}:{self.account_id}:{kind}/{rest}"

    def cluster(self, name: str) -> str:
        """Build a cluster's ARN."""
        return self.arn("cluster", name)

    def task_definition(self, family: str, revision: int) -> str:
        """Build a task definition's ARN."""
        return self.arn("task-definition", f"{family}:{revision}")

    def task(self, cluster: str, task_id: str) -> str:
        """Build a task's ARN."""
        return self.arn("task", f"{cluster}/{task_id}")

    def capacity_provider(self, name: str) -> str:
        """Build a capacity provider's ARN."""
        return self.arn("capacity-provider", name)

    def role(self, given: str) -> str:
        """Build a role's ARN from its short name; an ARN stays as it is."""
        if given.startswith("arn:"):
            return given
        return f"arn:{partition(self.region)}:iam::{self.account_id}:role/{given}"

    def cluster_name(self, given: str | None) -> str:
        """Read a cluster's name or ARN; nothing means `default`.

        Raises:
            AwsError: It is no such name, or an ARN of something or somewhere else.
        """
        if given is None:
            return "default"
        name = self._rest(given, "cluster") if given.startswith("arn:") else given
        if not NAME.fullmatch(name):
            raise wording.ARN_INVALID.error(given=given)
        return name

    def task_id(self, given: str) -> tuple[str | None, str]:
        """Read a task's id or ARN.

        Returns:
            The cluster's name, where an ARN says it, and the id.

        Raises:
            AwsError: It is no such id, or an ARN of something or somewhere else.
        """
        cluster: str | None = None
        task_id = given
        if given.startswith("arn:"):
            cluster, _, task_id = self._rest(given, "task").rpartition("/")
        if len(task_id) not in {32, 36}:
            raise wording.TASK_ID_LENGTH.error()
        if not TASK_ID.fullmatch(task_id):
            raise wording.TASK_ID_INVALID.error(given=given)
        return cluster or None, task_id

    def family_revision(self, given: str) -> tuple[str, int | None]:
        """Read a family, `family:revision` or a task definition's ARN.

        Returns:
            The family and the revision, where one is given.

        Raises:
            AwsError: It is none of them.
        """
        rest = self._rest(given, "task-definition") if given.startswith("arn:") else given
        family, colon, number = rest.partition(":")
        if not NAME.fullmatch(family):
            raise wording.DEFINITION_NAME_INVALID.error(given=given)
        if not colon:
            return family, None
        if not re.fullmatch(r"[1-9][0-9]{0,9}", number):
            raise wording.DEFINITION_NAME_INVALID.error(given=given)
        return family, int(number)

    def kind(self, arn: str) -> tuple[str, str]:
        """Split an ARN of this region's ECS into its kind and the rest.

        Raises:
            AwsError: It is no ARN, or of another service, region or account.
        """
        match = _ARN.fullmatch(arn)
        if match is None:
            raise wording.ARN_INVALID.error(given=arn)
        if match[1] != partition(self.region) or match[2] != self.region:
            raise wording.ARN_OF_OTHER_REGION.error(given=arn)
        if match[3] != self.account_id:
            raise wording.ARN_OF_OTHER_REGION.error(given=arn)
        return match[4], match[5]

    def _rest(self, arn: str, kind: str) -> str:
        found, rest = self.kind(arn)
        if found != kind:
            raise wording.ARN_INVALID.error(given=arn)
        return rest
