"""What a container runs, and as what: image, command, user, platform, limits of the kernel."""

from __future__ import annotations

import shlex
from math import ceil

from fargate_kit.compose.drafts import Draft, Workshop, bounded
from fargate_kit.compose.tree import Found, Items, Scalar
from fargate_kit.compose.units import seconds_in

__all__ = ["translate_process", "translate_restart"]

_PLATFORMS = {
    "linux/amd64": ("LINUX", "X86_64"),
    "linux/x86_64": ("LINUX", "X86_64"),
    "linux": ("LINUX", "X86_64"),
    "amd64": ("LINUX", "X86_64"),
    "linux/arm64": ("LINUX", "ARM64"),
    "linux/arm64/v8": ("LINUX", "ARM64"),
    "arm64": ("LINUX", "ARM64"),
}
_PLAIN = {
    "working_dir": "workingDirectory",
    "user": "user",
}
_FLAGS = {
    "tty": "pseudoTerminal",
    "stdin_open": "interactive",
    "read_only": "readonlyRootFilesystem",
}


def translate_process(draft: Draft, shop: Workshop) -> None:
    """Translate what the container runs."""
    _image(draft, shop)
    for key, member in (("command", "command"), ("entrypoint", "entryPoint")):
        if (found := draft.get(key)) is not None:
            words = _words(found, shop)
            if words:
                draft.api[member] = words
            elif words is not None:
                shop.ledger.altered(found, "ECS cannot empty it: the image's own holds")
    for key, member in _PLAIN.items():
        if found := draft.get(key):
            draft.api[member] = found.text
    for key, member in _FLAGS.items():
        if (found := draft.get(key)) and found.is_true:
            draft.api[member] = True
    if (init := draft.get("init")) and init.is_true:
        _linux(draft)["initProcessEnabled"] = True
    _stopping(draft, shop)
    _privileges(draft, shop)
    _kernel(draft, shop)
    _platform(draft, shop)


def _image(draft: Draft, shop: Workshop) -> None:
    image, build = draft.get("image"), draft.get("build")
    if image is not None and image.text:
        draft.api["image"] = image.text
        return
    if build is not None:
        shop.ledger.refused(
            build,
            "nothing is built here, and Fargate pulls images from a registry",
            "build and push the image, and name it with `image:`",
            rule="build",
        )
    elif draft.get("provider") is None:
        empty = draft.found.named("image")
        # What cannot be read is null too, and was refused already.
        if empty is None or not shop.ledger.has(empty):
            shop.ledger.refused(
                empty or draft.found,
                "the service has no image",
                "name one with `image:`",
                rule="image",
            )


def _words(found: Found, shop: Workshop) -> list[str] | None:
    """Return the words of a command; None, with a problem noted, if it has none."""
    if isinstance(found.node, Items):
        return [item.text for item in found.items()]
    try:
        return shlex.split(found.text)
    except ValueError as error:
        reason = f"it cannot be split as a shell would: {str(error).lower()}"
        shop.ledger.refused(found, reason, "give a list of words", rule="command")
        return None


def _stopping(draft: Draft, shop: Workshop) -> None:
    grace = draft.get("stop_grace_period")
    if grace is None:
        return
    try:
        seconds = seconds_in(grace.text)
    except ValueError as error:
        shop.ledger.refused(grace, str(error), rule="duration")
        return
    draft.api["stopTimeout"] = bounded(grace, ceil(seconds), 2, 120, "seconds", shop.ledger)


def _privileges(draft: Draft, shop: Workshop) -> None:
    refuse = shop.ledger.refused
    for key, reason in (
        ("privileged", "no container on Fargate is privileged"),
        ("use_api_socket", "there is no Docker on Fargate to speak to"),
    ):
        if (found := draft.get(key)) and found.is_true:
            refuse(found, reason, "remove it", rule=key.replace("_", "-"))
    capabilities: dict[str, list[str]] = {}
    for item in _items(draft.get("cap_add")):
        name = item.text.upper().removeprefix("CAP_")
        if name == "SYS_PTRACE":
            capabilities.setdefault("add", []).append(name)
        else:
            refuse(item, f"Fargate cannot add {name}, only SYS_PTRACE", "remove it", rule="cap-add")
    for item in _items(draft.get("cap_drop")):
        capabilities.setdefault("drop", []).append(item.text.upper().removeprefix("CAP_"))
    if capabilities:
        _linux(draft)["capabilities"] = capabilities
    _namespaces(draft, shop)


def _namespaces(draft: Draft, shop: Workshop) -> None:
    if pid := draft.get("pid"):
        if pid.text.startswith(("service:", "container:")) and shop.one_task:
            draft.process_ids_shared = True
            shop.ledger.altered(pid, "the whole task shares its processes", "pidMode task")
        else:
            shop.ledger.refused(
                pid,
                "the processes of a machine cannot be shared on Fargate",
                "remove it",
                rule="pid",
            )
    if (ipc := draft.get("ipc")) and ipc.text not in {"private", "none", "shareable"}:
        shop.ledger.refused(ipc, "Fargate has no shared IPC", "remove it", rule="ipc")


def _kernel(draft: Draft, shop: Workshop) -> None:
    if found := draft.get("ulimits"):
        limits = [_ulimit(entry, shop) for entry in found.entries()]
        draft.api["ulimits"] = [limit for limit in limits if limit]
        others = [entry.key for entry in found.entries() if entry.key != "nofile"]
        if others:
            shop.ledger.altered(
                found, f"Fargate keeps its own {', '.join(others)}: only nofile is set", "ulimits"
            )
    if found := draft.get("sysctls"):
        pairs = [_pair(item.text) for item in found.items()] or [
            (entry.key, entry.text) for entry in found.entries()
        ]
        draft.api["systemControls"] = [{"namespace": name, "value": text} for name, text in pairs]


def _ulimit(entry: Found, shop: Workshop) -> dict[str, object] | None:
    soft, hard = entry.get("soft"), entry.get("hard")
    texts = (
        [entry.text, entry.text]
        if isinstance(entry.node, Scalar)
        else [
            (soft or hard or entry).text,
            (hard or soft or entry).text,
        ]
    )
    try:
        numbers = [int(text) for text in texts]
    except ValueError:
        shop.ledger.refused(entry, "a limit must be a whole number", rule="ulimits")
        return None
    return {"name": entry.key, "softLimit": numbers[0], "hardLimit": numbers[1]}


def _platform(draft: Draft, shop: Workshop) -> None:
    if found := draft.get("platform"):
        draft.platform = _PLATFORMS.get(found.text.lower())
        if draft.platform is None:
            shop.ledger.refused(
                found,
                "Fargate runs this platform not, or only after a choice of Windows version",
                "give linux/amd64 or linux/arm64",
                rule="platform",
            )


def translate_restart(draft: Draft, shop: Workshop) -> None:
    """Translate the restart policy, when it is known which containers may end."""
    found = draft.get("restart")
    if found is None:
        return
    if not draft.essential and found.text in {"no", "false"}:
        shop.ledger.mapped(found, "essential false", "it may end, and the task goes on")
        return
    if found.text in {"no", "false"} or found.text.startswith("on-failure"):
        reason = "an ECS service starts a new task whenever one ends, however it ended"
        shop.ledger.altered(found, reason)
    elif found.text in {"always", "unless-stopped"}:
        reason = "not the container starts again but a new task takes the place of the old one"
        shop.ledger.altered(found, reason)
    else:
        shop.ledger.refused(
            found,
            "no restart policy that Compose knows",
            "give no, always, unless-stopped or on-failure",
            rule="restart",
        )


def _linux(draft: Draft) -> dict[str, object]:
    parameters: dict[str, object] = draft.api.setdefault("linuxParameters", {})
    return parameters


def _items(found: Found | None) -> list[Found]:
    return list(found.items()) if found else []


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value
