"""Account settings: list, put, put default, delete."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest

from fargate_kit.sim.ecs.account_settings import KNOWN

ROOT = "arn:aws:iam::123456789012:root"
USER = "arn:aws:iam::123456789012:user/ann"


def test_known_settings_are_those_of_the_model() -> None:
    """Every name of the service model is known, and no other one."""
    model = botocore.session.get_session().get_service_model("ecs")
    assert sorted(KNOWN) == sorted(model.shape_for("SettingName").enum)


def test_settings_listed_only_when_set(ecs: Any) -> None:
    """Without effectiveSettings only what was set is told."""
    assert ecs.call("ListAccountSettings")["settings"] == []
    ecs.call("PutAccountSetting", name="containerInsights", value="enhanced")
    assert ecs.call("ListAccountSettings")["settings"] == [
        {
            "name": "containerInsights",
            "value": "enhanced",
            "principalArn": ROOT,
            "type": "user",
        }
    ]


def test_effective_settings_listed_in_pages(ecs: Any) -> None:
    """All that holds comes in pages of at most ten."""
    first = ecs.call("ListAccountSettings", effectiveSettings=True)
    assert len(first["settings"]) == 10
    second = ecs.call("ListAccountSettings", effectiveSettings=True, nextToken=first["nextToken"])
    names = [one["name"] for one in first["settings"] + second["settings"]]
    assert names == sorted(KNOWN)


def test_default_holds_for_others(ecs: Any) -> None:
    """A default holds for a user who has set nothing, until the user sets a value."""
    ecs.call("PutAccountSettingDefault", name="containerInsights", value="enabled")
    wanted = {"name": "containerInsights", "effectiveSettings": True, "principalArn": USER}
    assert ecs.call("ListAccountSettings", **wanted)["settings"][0]["value"] == "enabled"
    ecs.call("PutAccountSetting", name="containerInsights", value="disabled", principalArn=USER)
    assert ecs.call("ListAccountSettings", **wanted)["settings"][0]["value"] == "disabled"


def test_setting_deleted(ecs: Any) -> None:
    """A deleted setting is at its default again."""
    ecs.call("PutAccountSetting", name="awsvpcTrunking", value="enabled")
    answer = ecs.call("DeleteAccountSetting", name="awsvpcTrunking")
    assert answer["setting"]["value"] == "enabled"
    listed = ecs.call("ListAccountSettings", name="awsvpcTrunking", effectiveSettings=True)
    assert listed["settings"][0]["value"] == "disabled"


def test_settings_filtered_by_value(ecs: Any) -> None:
    """A value filters settings of the named kind, and needs the name."""
    ecs.call("PutAccountSetting", name="fargateFIPSMode", value="enabled")
    fits = ecs.call("ListAccountSettings", name="fargateFIPSMode", value="enabled")
    assert len(fits["settings"]) == 1
    none = ecs.call("ListAccountSettings", name="fargateFIPSMode", value="disabled")
    assert none["settings"] == []
    assert ecs.refused("ListAccountSettings", value="enabled").code == "InvalidParameterException"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("containerInsights", "on"),
        ("fargateTaskRetirementWaitPeriod", "3"),
        ("guardDutyActivate", "on"),
        ("noSuchSetting", "enabled"),
        ("defaultLogDriverMode", "maybe"),
    ],
)
def test_setting_refused(ecs: Any, name: str, value: str) -> None:
    """Unknown names, unknown values and what AWS manages itself are refused."""
    refusal = ecs.refused("PutAccountSetting", name=name, value=value)
    assert refusal.code == "InvalidParameterException"


def test_retirement_wait_is_the_accounts(ecs: Any) -> None:
    """The wait before a task is retired takes 0, 7 or 14 days, for the root user only."""
    name = "fargateTaskRetirementWaitPeriod"
    for days in ("0", "7", "14"):
        ecs.call("PutAccountSettingDefault", name=name, value=days)
    refusal = ecs.refused("PutAccountSetting", name=name, value="7", principalArn=USER)
    assert refusal.code == "InvalidParameterException"


def test_setting_shapes_new_clusters(ecs: Any) -> None:
    """A new cluster has Container Insights as the account says, if it says nothing itself."""
    ecs.call("PutAccountSettingDefault", name="containerInsights", value="enhanced")
    cluster = ecs.call("CreateCluster", clusterName="one")["cluster"]
    assert cluster["settings"] == [{"name": "containerInsights", "value": "enhanced"}]
