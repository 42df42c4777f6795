"""Lays `ecs-params.yml` over the drafts: it wins over the Compose file."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from fargate_kit.compose.drafts import Draft, Workshop
from fargate_kit.compose.ecs_params import at
from fargate_kit.compose.health import health_check
from fargate_kit.compose.tree import Found
from fargate_kit.compose.units import mebibytes

__all__ = ["depend_as_params_say", "override"]

_CONDITIONS = ("START", "COMPLETE", "SUCCESS", "HEALTHY")


def override(params: Found, shop: Workshop) -> None:
    """Apply what the file says of each container."""
    for service, draft in _services(params, shop):
        _numbers(service, draft, shop)
        if essential := service.get("essential"):
            draft.essential = essential.is_true
        if (init := service.get("init_process_enabled")) is not None:
            _win("init", init, draft, shop)
            if init.is_true:
                draft.api.setdefault("linuxParameters", {})["initProcessEnabled"] = True
            else:
                draft.api.get("linuxParameters", {}).pop("initProcessEnabled", None)
        if found := service.get("healthcheck"):
            _win("healthcheck", found, draft, shop)
            check = health_check(found, shop)
            draft.api.pop("healthCheck", None)
            if check:
                draft.api["healthCheck"] = check
        if credentials := at(service, "repository_credentials.credentials_parameter"):
            draft.api["repositoryCredentials"] = {"credentialsParameter": credentials.text}
        for name, value in _secrets(service.get("secrets"), shop):
            draft.secrets[name] = value
        _logging(service, draft, shop)


def depend_as_params_say(params: Found, shop: Workshop) -> None:
    """Apply the dependencies that the file names, which take the place of the Compose file's."""
    for service, draft in _services(params, shop):
        found = service.get("depends_on")
        if found is None:
            continue
        _win("depends_on", found, draft, shop)
        draft.needs.clear()
        if not shop.one_task:
            shop.ledger.altered(found, "services are made in this order", "order")
        for item in found.items():
            name, condition = item.get("container_name"), item.get("condition")
            if name is None or name.text not in shop.drafts:
                shop.ledger.refused(item, "it names no container of the project", rule="depends-on")
            elif condition is None or condition.text.upper() not in _CONDITIONS:
                known = ", ".join(_CONDITIONS)
                shop.ledger.refused(item, "no condition", f"give {known}", rule="depends-on")
            else:
                draft.needs[name.text] = condition.text.upper()
                draft.set_by[f"needs {name.text}"] = item


def _services(params: Found, shop: Workshop) -> list[tuple[Found, Draft]]:
    section = at(params, "task_definition.services")
    found = []
    for service in section.entries() if section else ():
        if service.key in shop.drafts:
            found.append((service, shop.drafts[service.key]))
        elif service.key in shop.project.inactive:
            shop.ledger.ignored(service, "the service takes no part: its profile is not active")
        else:
            close = get_close_matches(service.key, list(shop.drafts), n=1)
            hint = f"did you mean {close[0]!r}?" if close else "name one of the Compose file"
            shop.ledger.refused(
                service, f"there is no service {service.key!r}", hint, rule="unknown-service"
            )
    return found


def _numbers(service: Found, draft: Draft, shop: Workshop) -> None:
    if shares := service.get("cpu_shares"):
        if shares.text.isdigit():
            _overrule("cpu", shares, draft, shop)
            draft.cpu = int(shares.text) or None
        else:
            shop.ledger.refused(shares, "shares are a whole number", rule="cpu")
    for key, member in (("mem_limit", "memory"), ("mem_reservation", "reservation")):
        if found := service.get(key):
            try:
                amount, whole = mebibytes(found.text)
            except ValueError as error:
                shop.ledger.refused(found, str(error), rule="memory")
                continue
            if not whole:
                shop.ledger.altered(found, f"it is rounded up to {amount} MiB")
            _overrule(member, found, draft, shop)
            setattr(draft, member, amount or None)
    if draft.memory and draft.reservation and draft.reservation > draft.memory:
        found = draft.set_by["reservation"]
        reason = f"{draft.reservation} MiB are reserved and {draft.memory} MiB are the limit"
        shop.ledger.refused(found, reason, "reserve less", rule="memory")


def _secrets(found: Found | None, shop: Workshop) -> list[tuple[str, str]]:
    pairs = []
    for item in found.items() if found else ():
        name, value = item.get("name"), item.get("value_from")
        if name is None or value is None:
            shop.ledger.refused(item, "it lacks `name:` or `value_from:`", rule="secret")
        else:
            pairs.append((name.text, value.text))
    return pairs


def _logging(service: Found, draft: Draft, shop: Workshop) -> None:
    options = _secrets(at(service, "logging.secret_options"), shop)
    configuration: dict[str, Any] | None = draft.api.get("logConfiguration")
    if options and configuration is not None:
        configuration["secretOptions"] = [
            {"name": name, "valueFrom": value} for name, value in options
        ]
    elif options and (found := service.get("logging")):
        shop.ledger.refused(found, "the container has no log driver", rule="logging")
    if firelens := service.get("firelens_configuration"):
        kind, said = firelens.get("type"), firelens.get("options")
        if kind is None:
            shop.ledger.refused(firelens, "it has no `type:`", rule="firelens")
            return
        raw: dict[str, Any] = {"type": kind.text}
        if said is not None:
            raw["options"] = {entry.key: entry.text for entry in said.entries()}
        draft.api["firelensConfiguration"] = raw


def _overrule(member: str, found: Found, draft: Draft, shop: Workshop) -> None:
    if before := draft.set_by.get(member):
        shop.ledger.altered(before, f"{found.place} counts instead")
    draft.set_by[member] = found


def _win(key: str, found: Found, draft: Draft, shop: Workshop) -> None:
    if before := draft.get(key):
        shop.ledger.altered(before, f"{found.place} counts instead")
