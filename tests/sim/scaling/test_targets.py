"""Scalable targets, policies and tags: what is put is described, and what is wrong is refused."""

from __future__ import annotations

from typing import Any

ARN = "arn:aws:application-autoscaling:us-east-1:"


def test_a_target_is_described(shop: Any) -> None:
    """A registered target is told with its bounds, its role and what is suspended."""
    shop.serve()
    arn = shop.target(1, 4, Tags={"team": "web"})
    (target,) = shop.scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert arn.startswith(f"{ARN}{shop.account.id}:scalable-target/")
    assert target["ScalableTargetARN"] == arn
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 4)
    assert target["SuspendedState"] == {
        "DynamicScalingInSuspended": False,
        "DynamicScalingOutSuspended": False,
        "ScheduledScalingSuspended": False,
    }
    assert target["RoleARN"].endswith("AWSServiceRoleForApplicationAutoScaling_ECSService")
    assert shop.scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"team": "web"}


def test_registering_again_changes_what_is_given(served: Any) -> None:
    """Bounds can be changed one by one, the ARN stays, and so does the rest."""
    name = served.NAME
    arn = served.target(1, 10)
    again = served.scaling.register_scalable_target(**name, MaxCapacity=5)["ScalableTargetARN"]
    assert again == arn
    (target,) = served.scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 5)


BAD_REGISTRATIONS: list[tuple[dict[str, Any], str]] = [
    ({"ResourceId": "service/demo/other"}, "ECS service doesn't exist: service/demo/other"),
    ({"ResourceId": "service/web"}, "service/<cluster>/<service>"),
    ({"MinCapacity": 11}, "cannot be less than minimum capacity 11"),
    ({"MinCapacity": -1}, "must not be negative"),
    ({"ScalableDimension": "dynamodb:table:ReadCapacityUnits"}, "dynamodb"),
    ({"ScalableDimension": "ecs:service:Mood"}, "Member must satisfy enum value set"),
    ({"ResourceId": "x" * 1601}, "length less than or equal to 1600"),
    ({"Tags": {"aws:x": "y"}}, "aws:"),
]


def test_a_bad_registration_is_refused(served: Any) -> None:
    """What cannot be registered is a ValidationException that says why."""
    for members, text in BAD_REGISTRATIONS:
        params = {**served.NAME, "MinCapacity": 1, "MaxCapacity": 10, **members}
        code, message = served.refused(served.scaling.register_scalable_target, **params)
        assert code == "ValidationException"
        assert text in message


def test_new_targets_need_both_bounds(shop: Any) -> None:
    """A target that is not registered yet must be given a minimum and a maximum."""
    shop.serve()
    code, _ = shop.refused(shop.scaling.register_scalable_target, **shop.NAME, MinCapacity=1)
    assert code == "ValidationException"


def test_other_services_are_not_simulated(shop: Any) -> None:
    """Of other namespaces there are no targets, and none can be registered, with a clear word."""
    found = shop.scaling.describe_scalable_targets(ServiceNamespace="dynamodb")
    assert found["ScalableTargets"] == []
    code, message = shop.refused(
        shop.scaling.register_scalable_target,
        ServiceNamespace="dynamodb",
        ResourceId="table/t",
        ScalableDimension="dynamodb:table:ReadCapacityUnits",
        MinCapacity=1,
        MaxCapacity=2,
    )
    assert code == "UnsupportedOperation"
    assert "Only ecs is simulated" in message


def test_what_is_not_there_cannot_be_found(served: Any) -> None:
    """Each operation on something that is absent answers ObjectNotFoundException."""
    absent = {**served.NAME, "ResourceId": "service/demo/other"}
    expected = (
        "service namespace: ecs, resource ID: service/demo/other, "
        "scalable dimension: ecs:service:DesiredCount"
    )
    scaling = served.scaling
    for call, members in (
        (scaling.deregister_scalable_target, {}),
        (scaling.delete_scaling_policy, {"PolicyName": "p"}),
        (scaling.delete_scheduled_action, {"ScheduledActionName": "a"}),
        (scaling.put_scaling_policy, {"PolicyName": "p", "PolicyType": "StepScaling"}),
        (scaling.put_scheduled_action, {"ScheduledActionName": "a", "Schedule": "rate(1 day)"}),
    ):
        code, message = served.refused(call, **absent, **members)
        assert code == "ObjectNotFoundException"
        assert expected in message


def test_deregistering_takes_all_with_it(served: Any) -> None:
    """Policies, their alarms and scheduled actions go with the target; activities stay."""
    served.target(3, 10)
    served.track()
    served.schedule("rate(1 day)", MinCapacity=2)
    served.scaling.deregister_scalable_target(**served.NAME)
    for describe, member in (
        (served.scaling.describe_scalable_targets, "ScalableTargets"),
        (served.scaling.describe_scaling_policies, "ScalingPolicies"),
        (served.scaling.describe_scheduled_actions, "ScheduledActions"),
    ):
        assert describe(ServiceNamespace="ecs")[member] == []
    assert served.states() == {}
    assert len(served.activities()) == 1


def test_lists_have_pages(shop: Any) -> None:
    """Targets, policies and activities come in pages that put together are all of them."""
    shop.serve()
    shop.target()
    for number in range(5):
        shop.steps({"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}, name=f"p{number}")
        shop.target(number + 3, 20)
        shop.minutes(3)
    for operation, member, count in (
        ("describe_scaling_policies", "ScalingPolicies", 5),
        ("describe_scaling_activities", "ScalingActivities", 5),
    ):
        paginator = shop.scaling.get_paginator(operation)
        pages = list(paginator.paginate(ServiceNamespace="ecs", PaginationConfig={"PageSize": 2}))
        assert [len(page[member]) for page in pages] == [2, 2, 1]
        whole = getattr(shop.scaling, operation)(ServiceNamespace="ecs")[member]
        assert [one for page in pages for one in page[member]] == whole
        assert len(whole) == count
        token = pages[0]["NextToken"]
        code, _ = shop.refused(
            shop.scaling.describe_scalable_targets, ServiceNamespace="ecs", NextToken=token
        )
        assert code == "InvalidNextTokenException"
    code, _ = shop.refused(
        shop.scaling.describe_scaling_policies, ServiceNamespace="ecs", MaxResults=51
    )
    assert code == "ValidationException"
    code, _ = shop.refused(
        shop.scaling.describe_scaling_policies,
        ServiceNamespace="ecs",
        ScalableDimension="ecs:service:DesiredCount",
    )
    assert code == "ValidationException"


def test_tags_are_kept(served: Any) -> None:
    """Tags are added, changed, taken away and bounded; a stranger's ARN is not found."""
    arn, scaling = served.target(), served.scaling
    scaling.tag_resource(ResourceARN=arn, Tags={"a": "1", "b": "2"})
    scaling.tag_resource(ResourceARN=arn, Tags={"b": "3"})
    scaling.untag_resource(ResourceARN=arn, TagKeys=["a", "none"])
    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"b": "3"}
    many = {f"k{number}": "" for number in range(50)}
    code, _ = served.refused(scaling.tag_resource, ResourceARN=arn, Tags=many)
    assert code == "TooManyTagsException"
    stranger = f"{ARN}{served.account.id}:scalable-target/0"
    code, _ = served.refused(scaling.list_tags_for_resource, ResourceARN=stranger)
    assert code == "ResourceNotFoundException"


def test_putting_a_policy_again_is_idempotent(served: Any) -> None:
    """The same policy keeps its ARN and alarms; a new target value changes their thresholds."""
    first = served.track(50.0)
    second = served.track(50.0)
    third = served.track(80.0, ScaleInCooldown=60)
    assert first["PolicyARN"] == second["PolicyARN"] == third["PolicyARN"]
    assert first["Alarms"] == second["Alarms"] == third["Alarms"]
    alarms = served.cloudwatch.describe_alarms()["MetricAlarms"]
    assert [one["Threshold"] for one in alarms] == [80.0, 72.0]
    (policy,) = served.scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    configuration = policy["TargetTrackingScalingPolicyConfiguration"]
    assert configuration["TargetValue"] == 80.0
    assert configuration["ScaleInCooldown"] == 60
    served.scaling.delete_scaling_policy(**served.NAME, PolicyName="cpu")
    assert served.states() == {}


BAD_POLICIES: list[tuple[dict[str, Any], str, str]] = [
    ({"PolicyType": None}, "ValidationException", "needs a policy type"),
    ({"PolicyType": "StepScaling"}, "ValidationException", "StepScalingPolicyConfiguration"),
    ({"PolicyType": "PredictiveScaling"}, "UnsupportedOperation", "Predictive"),
    ({"TargetValue": 0}, "ValidationException", "TargetValue"),
    ({"metric": "RDSReaderAverageCPUUtilization"}, "ValidationException", "RDSReader"),
    ({"metric": "Mood"}, "ValidationException", "enum value set"),
    ({"metric": "ALBRequestCountPerTarget"}, "ValidationException", "ResourceLabel"),
    (
        {"metric": "ECSServiceAverageCPUUtilizationHighResolution"},
        "UnsupportedOperation",
        "20 seconds",
    ),
    ({"ScaleOutCooldown": -1}, "ValidationException", "ScaleOutCooldown"),
]


def test_a_bad_policy_is_refused(served: Any) -> None:
    """What makes no sense, and what is not simulated, is refused and leaves nothing behind."""
    for wrong, code, text in BAD_POLICIES:
        members = dict(wrong)
        params: dict[str, Any] = {**served.NAME, "PolicyName": "p"}
        kind = members.pop("PolicyType", "TargetTrackingScaling")
        if kind is not None:
            params["PolicyType"] = kind
        metric = members.pop("metric", "ECSServiceAverageCPUUtilization")
        params["TargetTrackingScalingPolicyConfiguration"] = {
            "TargetValue": 50.0,
            "PredefinedMetricSpecification": {"PredefinedMetricType": metric},
            **members,
        }
        refusal = served.refused(served.scaling.put_scaling_policy, **params)
        assert refusal[0] == code
        assert text in refusal[1]
        assert (
            served.scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
            == []
        )


def test_one_metric_has_one_tracking_policy(served: Any) -> None:
    """A second target tracking policy of the same metric is refused."""
    served.track()
    params = {
        **served.NAME,
        "PolicyName": "again",
        "PolicyType": "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration": {
            "TargetValue": 70.0,
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": "ECSServiceAverageCPUUtilization"
            },
        },
    }
    code, message = served.refused(served.scaling.put_scaling_policy, **params)
    assert code == "ValidationException"
    assert message.startswith("Only one TargetTrackingScaling policy")


def test_steps_are_checked(served: Any) -> None:
    """Steps with a gap are refused, and more than twenty exceed the limit."""

    def put(steps: list[dict[str, Any]]) -> tuple[str, str]:
        return tuple(
            served.refused(
                served.scaling.put_scaling_policy,
                **served.NAME,
                PolicyName="p",
                PolicyType="StepScaling",
                StepScalingPolicyConfiguration={
                    "AdjustmentType": "ChangeInCapacity",
                    "StepAdjustments": steps,
                },
            )
        )

    gap = [
        {"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 5, "ScalingAdjustment": 1},
        {"MetricIntervalLowerBound": 9, "ScalingAdjustment": 1},
    ]
    code, message = put(gap)
    assert code == "ValidationException"
    assert "a gap" in message
    many = [{"MetricIntervalLowerBound": n, "ScalingAdjustment": 1} for n in range(21)]
    assert put(many)[0] == "LimitExceededException"
