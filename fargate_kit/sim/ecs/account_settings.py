"""Account settings: the known names, their values and their defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fargate_kit.sim.ecs import wording
from fargate_kit.sim.ecs.ground import Ground
from fargate_kit.sim.ecs.pages import page


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A setting.

    Args:
        values: What it can be set to; the first one is the default.
        managed: Whether only AWS sets it.
        root_only: Whether it holds for the whole account.
    """

    values: tuple[str, ...]
    managed: bool = False
    root_only: bool = False


_ON = ("enabled", "disabled")
_OFF = ("disabled", "enabled")

# Names and values: service model, SettingName and PutAccountSetting; defaults of
# tagResourceAuthorization, guardDutyActivate and fargateEventWindows are not documented there.
KNOWN: Mapping[str, Known] = {
    "awsvpcTrunking": Known(values=_OFF),
    "containerInsights": Known(values=("disabled", "enabled", "enhanced")),
    "containerInstanceLongArnFormat": Known(values=_ON),
    "defaultLogDriverMode": Known(values=("non-blocking", "blocking")),
    "fargateEventWindows": Known(values=_OFF),
    "fargateFIPSMode": Known(values=_OFF),
    "fargateTaskRetirementWaitPeriod": Known(values=("7", "0", "14"), root_only=True),
    "guardDutyActivate": Known(values=("off", "on"), managed=True),
    "serviceLongArnFormat": Known(values=_ON),
    "tagResourceAuthorization": Known(values=("on", "off")),
    "taskLongArnFormat": Known(values=_ON),
}


class AccountSettings:
    """The operations on account settings; every request is taken as the root user's."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def effective(self, name: str) -> str:
        """Tell what holds for the root user: what was set, or the default."""
        root = self._ground.references.root
        return self._ground.state.settings.get((name, root), KNOWN[name].values[0])

    def put_account_setting(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Set a value for one principal."""
        return self._put(params, self._principal(params))

    def put_account_setting_default(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Set a value for all who have none of their own."""
        return self._put(params, self._ground.references.root)

    def delete_account_setting(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return to the default."""
        name, principal = params["name"], self._principal(params)
        settings = self._ground.state.settings
        held = settings.pop((name, principal), None)
        value = held if held is not None else KNOWN[name].values[0]
        return {"setting": self._picture(name, value, principal)}

    def list_account_settings(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """List what was set, or all that holds."""
        name, value = params.get("name"), params.get("value")
        if value is not None and name is None:
            raise wording.SETTING_VALUE_WITHOUT_NAME.error()
        principal = self._principal(params)
        effective = bool(params.get("effectiveSettings"))
        rows = [
            self._picture(one, held, principal)
            for one in KNOWN
            if (held := self._value(one, principal, effective)) is not None
            and name in {None, one}
            and value in {None, held}
        ]
        found, token = page(
            rows, params, scope="ListAccountSettings", key=lambda row: row["name"], most=10
        )
        answer: dict[str, Any] = {"settings": found}
        if token:
            answer["nextToken"] = token
        return answer

    def _put(self, params: Mapping[str, Any], principal: str) -> dict[str, Any]:
        name, value = params["name"], params["value"]
        known = KNOWN[name]
        if known.managed:
            raise wording.SETTING_MANAGED.error(name=name)
        if known.root_only and principal != self._ground.references.root:
            raise wording.SETTING_ROOT_ONLY.error(name=name)
        if value not in known.values:
            allowed = ", ".join(sorted(known.values))
            raise wording.SETTING_VALUE_INVALID.error(name=name, value=value, allowed=allowed)
        self._ground.state.settings[name, principal] = value
        return {"setting": self._picture(name, value, principal)}

    def _value(self, name: str, principal: str, effective: bool) -> str | None:
        held = self._ground.state.settings.get((name, principal))
        return self.effective(name) if held is None and effective else held

    def _picture(self, name: str, value: str, principal: str) -> dict[str, str]:
        return {
            "name": name,
            "value": value,
            "principalArn": principal,
            "type": "aws_managed" if KNOWN[name].managed else "user",
        }

    def _principal(self, params: Mapping[str, Any]) -> str:
        root = self._ground.references.root
        given: str = params.get("principalArn", root)
        if not given.startswith(root.removesuffix("root")):
            raise wording.SETTING_PRINCIPAL.error(arn=given)
        return given
