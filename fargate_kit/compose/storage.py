"""Where a container keeps its files: volumes, file systems, what lives in memory."""

from __future__ import annotations

import re
from typing import Any

from fargate_kit.compose.drafts import Draft, Workshop
from fargate_kit.compose.short_forms import VolumeUse, parse_volume
from fargate_kit.compose.tree import Found, Scalar

__all__ = ["translate_storage"]

_EFS = re.compile(r"fs-[0-9a-f]{8,40}", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}", re.ASCII)
_LOST = "it is empty when a task starts and gone when it ends"


def translate_storage(draft: Draft, shop: Workshop) -> None:
    """Translate volumes and mounts."""
    mounts: list[dict[str, Any]] = []
    if volumes := draft.get("volumes"):
        for number, item in enumerate(volumes.items()):
            if mount := _mount(item, number, draft, shop):
                mounts.append(mount)
    if tmpfs := draft.get("tmpfs"):
        for number, item in enumerate(tmpfs.items()):
            name = f"{draft.container}-tmpfs-{number}"
            draft.volumes[name] = {"name": name}
            mounts.append({"sourceVolume": name, "containerPath": item.text.split(":")[0]})
        shop.ledger.altered(
            tmpfs, "it is kept on the task's encrypted disk, not in memory", "mountPoints"
        )
    if mounts:
        draft.api["mountPoints"] = mounts
    if found := draft.get("volumes_from"):
        _others(found, draft, shop)


def _mount(item: Found, number: int, draft: Draft, shop: Workshop) -> dict[str, Any] | None:
    try:
        use = parse_volume(item.text) if isinstance(item.node, Scalar) else _long_form(item)
    except ValueError as error:
        shop.ledger.refused(item, str(error), rule="volume")
        return None
    ledger = shop.ledger
    if use.kind == "bind":
        ledger.refused(
            item,
            f"{use.source} is on this machine, where no task on Fargate can reach it",
            "put the files into the image, or on an EFS volume",
            rule="bind-mount",
        )
        return None
    if use.kind == "tmpfs":
        ledger.altered(
            item, "it is kept on the task's encrypted disk, not in memory", "mountPoints"
        )
    elif use.kind != "volume":
        ledger.refused(item, f"ECS has no volume of type {use.kind}", rule="volume")
        return None
    if not use.target.startswith("/"):
        ledger.refused(item, "the path in the container must begin with /", rule="volume")
        return None
    for key in ("volume", "consistency"):
        if (said := item.get(key)) is not None:
            ledger.ignored(said, "ECS has no such setting")
    name = _volume(use, item, number, draft, shop)
    if name is None:
        return None
    mount: dict[str, Any] = {"sourceVolume": name, "containerPath": use.target}
    if use.read_only:
        mount["readOnly"] = True
    return mount


def _long_form(item: Found) -> VolumeUse:
    kind, source, target = item.get("type"), item.get("source"), item.get("target")
    if kind is None or target is None:
        raise ValueError("the volume lacks its type or its target: give `type:` and `target:`")
    read_only = item.get("read_only")
    return VolumeUse(
        kind=kind.text,
        source=source.text if source else "",
        target=target.text,
        read_only=read_only is not None and read_only.is_true,
    )


def _volume(use: VolumeUse, item: Found, number: int, draft: Draft, shop: Workshop) -> str | None:
    """Note the volume of a mount, and return its name."""
    if not use.source:
        name = f"{draft.container}-volume-{number}"
        draft.volumes[name] = {"name": name}
        if use.kind == "volume":
            shop.ledger.mapped(item, "mountPoints", _LOST)
        return name
    top = shop.project.root.get("volumes")
    declared = top.named(use.source) if top else None
    if declared is None and use.source not in shop.efs_volumes:
        shop.ledger.refused(
            item,
            f"there is no volume {use.source!r}",
            "declare it below `volumes:`",
            rule="volume",
        )
        return None
    name = use.source.replace(".", "-")
    if not _NAME.fullmatch(name):
        reason = "AWS takes letters, digits, hyphens and underscores in the name of a volume"
        shop.ledger.refused(item, reason, rule="volume")
        return None
    draft.volumes[name] = {"name": name, **_configuration(use.source, declared, shop)}
    return name


def _configuration(source: str, declared: Found | None, shop: Workshop) -> dict[str, Any]:
    """Return the file system behind a named volume; nothing for ephemeral storage."""
    if source in shop.efs_volumes:
        if declared is not None:
            shop.ledger.mapped(declared, "efsVolumeConfiguration", "as ecs-params.yml says")
        return {"efsVolumeConfiguration": dict(shop.efs_volumes[source])}
    if declared is None:
        return {}
    external, named = declared.get("external"), declared.get("name")
    inner = external.get("name") if external else None
    if external is not None and (external.is_true or inner is not None):
        said = inner or named
        file_system = said.text if said else source
        if _EFS.fullmatch(file_system):
            configuration = {"fileSystemId": file_system, "transitEncryption": "ENABLED"}
            return {"efsVolumeConfiguration": configuration}
        shop.ledger.refused(
            external,
            f"an external volume {file_system!r} cannot be found by ECS",
            "give the id of an EFS file system as `name:`, such as fs-0123456789abcdef0",
            rule="volume",
        )
        return {}
    options = declared.get("driver_opts")
    if options is not None and (found := _network_file_system(options)) is not None:
        for option in options.entries():
            shop.ledger.mapped(option, "efsVolumeConfiguration")
        shop.ledger.mapped(options, "efsVolumeConfiguration")
        return {"efsVolumeConfiguration": found}
    if named is not None:
        shop.ledger.ignored(named, "the volume is made with each task and needs no name of its own")
    text = f"it becomes ephemeral storage of the task: {_LOST}; name an EFS file system to keep it"
    shop.ledger.altered(declared, text, "volumes")
    shop.ledger.caution(f"{declared.place}: {declared.path}: {text}")
    return {}


def _network_file_system(options: Found) -> dict[str, Any] | None:
    """Return the EFS file system that options of an NFS volume mean, if they mean one."""
    said, device = options.get("o"), options.get("device")
    address = re.search(rf"addr=({_EFS.pattern})\.efs\.", said.text) if said else None
    if address is None:
        return None
    root = device.text.lstrip(":") if device else ""
    configuration = {"fileSystemId": address[1], "transitEncryption": "ENABLED"}
    return configuration | ({"rootDirectory": root} if root not in {"", "/"} else {})


def _others(found: Found, draft: Draft, shop: Workshop) -> None:
    sources = []
    for item in found.items():
        name, _, mode = item.text.partition(":")
        if not shop.one_task or name not in shop.drafts:
            reason = (
                f"there is no service {name!r}"
                if shop.one_task
                else "tasks have no volumes of each other"
            )
            shop.ledger.refused(item, reason, "use a named volume on EFS", rule="volumes-from")
            continue
        source: dict[str, Any] = {"sourceContainer": shop.drafts[name].container}
        sources.append(source | ({"readOnly": True} if mode == "ro" else {}))
    if sources:
        draft.api["volumesFrom"] = sources
