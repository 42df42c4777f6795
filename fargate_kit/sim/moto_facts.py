"""What is read of moto, and what of that is remembered until a request may change it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from fargate_kit.sim import (
    moto_alarms,
    moto_iam,
    moto_load_balancing,
    moto_logs,
    moto_network,
    moto_records,
    moto_schedules,
)
from fargate_kit.sim.cloudwatch_logs.facts import LogGroupFact
from fargate_kit.sim.facts import SecurityGroupFact, SubnetFact
from fargate_kit.sim.iam.facts import PrincipalFact, SecretFact
from fargate_kit.sim.load_balancing.facts import LoadBalancingFacts
from fargate_kit.sim.load_balancing.metrics import Sample
from fargate_kit.sim.moto_surfaces import Moto
from fargate_kit.sim.moto_turns import MotoTurns
from fargate_kit.sim.reachability import NetworkFacts
from fargate_kit.sim.scaling.alarms import AlarmFact
from fargate_kit.sim.schedules import ScheduleFact

T = TypeVar("T")
_NOT_KNOWN: Any = object()


class MotoFacts(MotoTurns):
    """The facts of moto's part of an account."""

    def subnet(self, region: str, subnet_id: str) -> SubnetFact | None:
        """Look a subnet up."""
        return self._fact(
            ("subnet", region, subnet_id),
            lambda moto: moto_records.subnet(self._ec2(moto, region), subnet_id),
        )

    def security_group(self, region: str, group_id: str) -> SecurityGroupFact | None:
        """Look a security group up."""
        return self._fact(
            ("security group", region, group_id),
            lambda moto: moto_records.group(self._ec2(moto, region), group_id),
        )

    def default_security_group(self, region: str, vpc_id: str) -> str | None:
        """Tell the id of a VPC's default security group."""
        return self._fact(
            ("default security group", region, vpc_id),
            lambda moto: moto_records.default_group(self._ec2(moto, region), vpc_id),
        )

    def addresses_in_use(self, region: str, subnet_id: str) -> frozenset[str]:
        """List the private addresses of a subnet's interfaces, apart from those of tasks."""
        return self._fact(
            ("addresses", region, subnet_id),
            lambda moto: moto_records.addresses(self._ec2(moto, region), subnet_id),
        )

    def log_group_exists(self, region: str, name: str) -> bool:
        """Tell whether CloudWatch Logs has a group of that name."""
        return self._fact(
            ("log group", region, name),
            lambda moto: name in self._backend(moto, "logs", region).groups,
        )

    def log_group(self, region: str, name: str) -> LogGroupFact | None:
        """Look a log group up, and take out of it the lines that other services wrote."""
        return self._read(lambda moto: moto_logs.group(self._backend(moto, "logs", region), name))

    def role_exists(self, arn: str) -> bool:
        """Tell whether the account's IAM has the role."""

        def read(moto: Moto) -> bool:
            partition = arn.split(":")[1] if arn.count(":") >= 5 else ""
            if partition not in moto.backend("iam")[self.account_id]:
                return False
            return any(role.arn == arn for role in self._iam(moto, partition).roles.values())

        return self._fact(("role", arn), read)

    def principal(self, arn: str) -> PrincipalFact | None:
        """Look a user, role or group of the account's IAM up."""

        def read(moto: Moto) -> PrincipalFact | None:
            partition = arn.split(":")[1] if arn.count(":") >= 5 else ""
            if partition not in moto.backend("iam")[self.account_id]:
                return None
            return moto_iam.principal(self._iam(moto, partition), arn)

        return self._fact(("principal", arn), read)

    def caller(self, partition: str, access_key: str) -> PrincipalFact | None:
        """Find whose access key it is; None for keys that IAM does not know."""
        return self._read(
            lambda moto: moto_iam.caller(
                self._iam(moto, partition), self._backend(moto, "sts", partition), access_key
            )
        )

    def secret(self, region: str, arn: str, stage: str, version: str) -> SecretFact | None:
        """Read a version of a secret; None if it is not there."""
        return self._read(
            lambda moto: moto_iam.secret(
                self._backend(moto, "secretsmanager", region), arn, stage, version
            )
        )

    def parameter(self, region: str, name: str) -> str | None:
        """Read a parameter of Parameter Store, decrypted."""
        return self._read(lambda moto: moto_iam.parameter(self._backend(moto, "ssm", region), name))

    def s3_object(self, partition: str, bucket: str, key: str) -> bytes | None:
        """Read an object of the account's own S3."""
        return self._read(
            lambda moto: moto_iam.s3_object(self._backend(moto, "s3", partition), bucket, key)
        )

    def network(
        self, region: str, subnet_id: str, group_ids: tuple[str, ...]
    ) -> NetworkFacts | None:
        """Read what decides where the tasks of a subnet can go; None if the subnet is gone."""
        return self._fact(
            ("network", region, subnet_id, group_ids),
            lambda moto: moto_network.network(
                self._ec2(moto, region), region, subnet_id, group_ids
            ),
        )

    def ecr_image_digest(self, region: str, repository: str, reference: str) -> str | None:
        """Find an image of the account's own ECR.

        Args:
            reference: A tag or a digest.

        Raises:
            RepositoryMissing: There is no such repository.
        """
        return self._read(
            lambda moto: moto_records.image_digest(
                self._backend(moto, "ecr", region), repository, reference
            )
        )

    def load_balancing(self, region: str) -> LoadBalancingFacts:
        """Read all that is configured of a region's load balancers."""
        return self._read(
            lambda moto: moto_load_balancing.facts(self._backend(moto, "elbv2", region))
        )

    def subnets(self, region: str, vpc_id: str) -> tuple[SubnetFact, ...]:
        """List the subnets of a VPC."""
        return self._read(lambda moto: moto_load_balancing.subnets(self._ec2(moto, region), vpc_id))

    def alarms(self, region: str) -> tuple[AlarmFact, ...]:
        """List the metric alarms of a region."""
        return self._read(lambda moto: moto_alarms.facts(self._backend(moto, "cloudwatch", region)))

    def schedules(self, region: str) -> tuple[ScheduleFact, ...]:
        """List the schedules that EventBridge Scheduler has."""
        return self._read(
            lambda moto: moto_schedules.schedules(self._backend(moto, "scheduler", region))
        )

    def new_metrics(self, region: str, seen: int) -> tuple[list[tuple[str, Sample]], int]:
        """Read the metric data that clients have put since the last look.

        Args:
            region: Where they put them.
            seen: What the last look returned with them; 0 at first.

        Returns:
            Namespaces with samples, and what the next look is to be given.
        """

        def read(moto: Moto) -> tuple[list[tuple[str, Sample]], int]:
            cloudwatch = self._backend(moto, "cloudwatch", region)
            own = moto_load_balancing.exact_datum(cloudwatch)
            return moto_alarms.new_samples(cloudwatch, seen, own)

        return self._read(read)

    def _fact(self, key: tuple[object, ...], read: Callable[[Moto], T]) -> T:
        """Read what changes only by requests that moto answers, and remember it until then.

        Only the thread that works with moto remembers and forgets, so what is remembered is
        never older than the last request that was answered.
        """

        def look(moto: Moto) -> T:
            fact = self._facts[key] = read(moto)
            return fact

        known: T = self._facts.get(key, _NOT_KNOWN)
        return self._read(look) if known is _NOT_KNOWN else known
