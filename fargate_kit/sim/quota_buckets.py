"""AWS's published limits on how often its operations may be called, as token buckets.

Sources: Amazon ECS API Reference, "Request throttling for the Amazon ECS API"; Developer Guide,
page throttling; CloudWatch Logs User Guide, "CloudWatch Logs quotas"; Elastic Load Balancing
User Guide, "Request throttling for the ELB API"; EC2 Developer Guide, "Request throttling for
the Amazon EC2 API"; CloudWatch User Guide, "CloudWatch service quotas".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How fast tokens may be taken.

    Args:
        size: How many may be taken at once when none was taken for a while.
        refill: How many come back in a nominal second.
    """

    size: float
    refill: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Some operations that share tokens, in each Region apart; each call takes one.

    Args:
        name: How it is called here; it begins with the service.
        service: botocore's name of the service.
        operations: As in a shell, e.g. `Describe*`.
        rate: In every Region that `regions` does not name.
        regions: Regions with a rate of their own.
        apart: Whether each operation has tokens of its own.
        unfiltered: Whether only calls without a filter and without pagination take any.
        except_for: Operations that do not count, though their names fit.
    """

    name: str
    service: str
    operations: tuple[str, ...]
    rate: Rate
    regions: Mapping[str, Rate] = field(default_factory=dict)
    apart: bool = False
    unfiltered: bool = False
    except_for: tuple[str, ...] = ()

    def rate_in(self, region: str) -> Rate:
        """Give the rate of a Region."""
        return self.regions.get(region, self.rate)


def _ecs(name: str, size: float, refill: float, operations: str) -> Bucket:
    return Bucket(
        name=f"ecs {name}",
        service="ecs",
        operations=tuple(operations.split()),
        rate=Rate(size=size, refill=refill),
    )


ECS_BUCKETS = (
    _ecs(
        "cluster modify",
        20,
        1,
        "CreateCluster DeleteCluster UpdateCluster UpdateClusterSettings "
        "PutClusterCapacityProviders",
    ),
    _ecs("cluster read", 50, 20, "DescribeClusters ListClusters"),
    _ecs("task definition modify", 20, 1, "RegisterTaskDefinition DeregisterTaskDefinition"),
    _ecs(
        "task definition read",
        50,
        20,
        "DescribeTaskDefinition ListTaskDefinitions ListTaskDefinitionFamilies",
    ),
    _ecs("task definition deletion", 5, 1, "DeleteTaskDefinitions"),
    _ecs(
        "capacity provider modify",
        10,
        1,
        "CreateCapacityProvider UpdateCapacityProvider DeleteCapacityProvider",
    ),
    _ecs("capacity provider read", 50, 20, "DescribeCapacityProviders"),
    _ecs("tag modify", 20, 10, "TagResource UntagResource"),
    _ecs("tag read", 50, 20, "ListTagsForResource"),
    _ecs(
        "setting modify",
        10,
        1,
        "PutAccountSetting PutAccountSettingDefault DeleteAccountSetting",
    ),
    _ecs("setting read", 50, 20, "ListAccountSettings"),
    _ecs(
        "cluster resource modify",
        100,
        40,
        "RunTask StartTask StopTask ExecuteCommand PutAttributes DeleteAttributes "
        "DeregisterContainerInstance UpdateContainerAgent UpdateContainerInstancesState",
    ),
    _ecs("RunTask on Fargate", 20, 20, "RunTask"),
    _ecs(
        "cluster resource read",
        100,
        20,
        "DescribeTasks ListTasks DescribeContainerInstances ListContainerInstances ListAttributes",
    ),
    _ecs(
        "agent modify",
        200,
        120,
        "SubmitAttachmentStateChanges SubmitContainerStateChange SubmitTaskStateChange",
    ),
    _ecs("service modify", 50, 5, "CreateService UpdateService DeleteService"),
    _ecs("service read", 100, 20, "DescribeServices ListServices"),
    _ecs("service deployment", 50, 20, "DescribeServiceDeployments ListServiceDeployments"),
    _ecs("service revision", 50, 20, "DescribeServiceRevisions"),
    _ecs("task protection", 200, 80, "GetTaskProtection UpdateTaskProtection"),
    _ecs("namespace read", 10, 1, "ListServicesByNamespace"),
)


def _per_second(service: str, operations: str, number: float, **regions: float) -> Bucket:
    """Make a bucket of a quota that is published as calls per second.

    Its size is taken to be the same number (not published).
    """
    names = tuple(operations.split())
    return Bucket(
        name=f"{service} {names[0]}",
        service=service,
        operations=names,
        rate=Rate(size=number, refill=number),
        regions={
            region.replace("_", "-"): Rate(size=one, refill=one) for region, one in regions.items()
        },
        apart=True,
    )


LOGS_BUCKETS = (
    _per_second(
        "logs",
        "FilterLogEvents",
        10,
        us_east_1=25,
        ap_northeast_3=5,
        ap_southeast_3=5,
        ca_west_1=5,
        eu_central_1=5,
        il_central_1=5,
    ),
    _per_second(
        "logs",
        "GetLogEvents",
        25,
        us_west_2=10,
        ap_northeast_3=10,
        ap_southeast_3=10,
        ca_west_1=10,
        eu_central_1=10,
        eu_west_1=10,
        il_central_1=10,
        eu_west_3=30,
    ),
    _per_second("logs", "PutLogEvents", 5000),
    _per_second("logs", "StartLiveTail", 5),
    _per_second(
        "logs", "CreateLogGroup DeleteLogGroup DescribeLogGroups StartQuery GetQueryResults", 10
    ),
    _per_second("logs", "CreateLogStream", 50),
    _per_second("logs", "DescribeLogStreams", 25),
    _per_second("logs", "DeleteLogStream", 15),
    _per_second("logs", "PutRetentionPolicy TagResource", 5),
)

CLOUDWATCH_BUCKETS = (
    _per_second("cloudwatch", "DescribeAlarms", 9),
    _per_second("cloudwatch", "PutMetricAlarm DeleteAlarms SetAlarmState", 3),
    _per_second("cloudwatch", "DescribeAlarmHistory", 20),
    _per_second("cloudwatch", "GetMetricData", 500),
    _per_second("cloudwatch", "GetMetricStatistics", 400),
    _per_second("cloudwatch", "ListMetrics", 25),
    _per_second("cloudwatch", "PutMetricData", 500),
)

_ELB_TARGETS = ("RegisterTargets", "DeregisterTargets")
_ELB_SLOW = ("CreateLoadBalancer", "SetSubnets")
ELB_BUCKETS = (
    Bucket(name="elbv2 account", service="elbv2", operations=("*",), rate=Rate(size=40, refill=10)),
    Bucket(
        name="elbv2 read", service="elbv2", operations=("Describe*",), rate=Rate(size=40, refill=10)
    ),
    Bucket(
        name="elbv2 modify",
        service="elbv2",
        operations=("*",),
        except_for=("Describe*", "Get*", *_ELB_TARGETS, *_ELB_SLOW),
        rate=Rate(size=20, refill=3),
    ),
    Bucket(
        name="elbv2 targets",
        service="elbv2",
        operations=_ELB_TARGETS,
        rate=Rate(size=20, refill=4),
    ),
    Bucket(
        name="elbv2 CreateLoadBalancer",
        service="elbv2",
        operations=_ELB_SLOW,
        rate=Rate(size=10, refill=0.2),
    ),
)

_EC2_READ = ("Describe*", "Get*", "List*", "Search*")
_EC2_OWN = ("CreateVpcEndpoint", "CreateDefaultVpc")
EC2_BUCKETS = (
    Bucket(
        name="ec2 read",
        service="ec2",
        operations=_EC2_READ,
        rate=Rate(size=100, refill=20),
        apart=True,
    ),
    Bucket(
        name="ec2 read everything",
        service="ec2",
        operations=("DescribeNetworkInterfaces", "DescribeSecurityGroups"),
        rate=Rate(size=50, refill=10),
        apart=True,
        unfiltered=True,
    ),
    Bucket(
        name="ec2 modify",
        service="ec2",
        operations=("*",),
        except_for=(*_EC2_READ, *_EC2_OWN),
        rate=Rate(size=50, refill=5),
        apart=True,
    ),
    Bucket(
        name="ec2 CreateVpcEndpoint",
        service="ec2",
        operations=("CreateVpcEndpoint",),
        rate=Rate(size=4, refill=0.3),
    ),
    Bucket(
        name="ec2 CreateDefaultVpc",
        service="ec2",
        operations=("CreateDefaultVpc",),
        rate=Rate(size=1, refill=1),
    ),
)

PUBLISHED = ECS_BUCKETS + LOGS_BUCKETS + CLOUDWATCH_BUCKETS + ELB_BUCKETS + EC2_BUCKETS
