"""How much CPU and memory containers have, and the smallest Fargate size that holds them."""

from __future__ import annotations

from collections.abc import Sequence

from fargate_kit.compose.drafts import Draft, Workshop
from fargate_kit.compose.tree import Found
from fargate_kit.compose.units import cpu_units, mebibytes
from fargate_kit.model.sizes import Size, smallest_size

__all__ = ["LEAST_MEMORY", "size_for", "translate_resources"]

# MiB that are counted for a container that says nothing of memory.
LEAST_MEMORY = 128


def translate_resources(draft: Draft, shop: Workshop) -> None:
    """Translate the limits of CPU and memory."""
    limits, reservations = (
        ("deploy", "resources", "limits"),
        ("deploy", "resources", "reservations"),
    )
    for found in (draft.get(*reservations, "cpus"), draft.get("cpus"), draft.get(*limits, "cpus")):
        if found is not None:
            units = _cpu(found, shop)
            if units is not None and units >= (draft.cpu or 0):
                draft.cpu = units
                draft.set_by["cpu"] = found
    shares = draft.get("cpu_shares")
    if shares is not None:
        _shares(shares, draft, shop)
    for member, keys in (
        ("reservation", (("mem_reservation",), (*reservations, "memory"))),
        ("memory", (("mem_limit",), (*limits, "memory"))),
    ):
        for way in keys:
            if found := draft.get(*way):
                amount = _memory(found, shop)
                setattr(draft, member, amount if amount is not None else getattr(draft, member))
                draft.set_by[member] = found
    if draft.memory and draft.reservation and draft.reservation >= draft.memory:
        found = draft.set_by["reservation"]
        if draft.reservation > draft.memory:
            shop.ledger.refused(
                found,
                f"{draft.reservation} MiB are reserved and {draft.memory} MiB are the limit",
                "reserve less",
                rule="memory",
            )
        else:
            shop.ledger.altered(
                found, "it equals the limit, and ECS wants it below: it is left out"
            )
        draft.reservation = None


def _cpu(found: Found, shop: Workshop) -> int | None:
    try:
        return cpu_units(found.text)
    except ValueError as error:
        shop.ledger.refused(found, str(error), rule="cpu")
        return None


def _shares(found: Found, draft: Draft, shop: Workshop) -> None:
    if not found.text.isdigit():
        shop.ledger.refused(found, "shares are a whole number", rule="cpu")
    elif draft.cpu is None:
        draft.cpu = int(found.text) or None
        draft.set_by["cpu"] = found
        shop.ledger.mapped(found, "cpu", "1024 shares are one vCPU on Fargate")
    else:
        shop.ledger.ignored(found, "`cpus` counts")


def _memory(found: Found, shop: Workshop) -> int | None:
    try:
        amount, whole = mebibytes(found.text)
    except ValueError as error:
        shop.ledger.refused(found, str(error), rule="memory")
        return None
    if amount == 0:
        shop.ledger.ignored(found, "0 is no limit")
        return None
    if not whole:
        shop.ledger.altered(found, f"it is rounded up to {amount} MiB")
    if amount < 6:
        shop.ledger.altered(found, "Docker takes no less than 6 MiB", "memory")
        return 6
    return amount


def size_for(drafts: Sequence[Draft], shop: Workshop) -> Size | None:
    """Return the smallest Fargate size that holds these containers; None, with a problem, if none.

    A container counts with its limit of memory, otherwise with what it reserves, otherwise with 128
    MiB. CPU counts where it is said.
    """
    cpu = sum(draft.cpu or 0 for draft in drafts)
    memory = sum(draft.memory or draft.reservation or LEAST_MEMORY for draft in drafts)
    size = smallest_size(cpu, memory)
    if size is None:
        largest = max(drafts, key=lambda draft: (draft.cpu or 0, draft.memory or 0))
        key = "cpu" if cpu > 16384 else "memory"
        found = largest.set_by.get(key) or largest.set_by.get("reservation") or largest.found
        shop.ledger.refused(
            found,
            f"the task would need {cpu / 1024:g} vCPU and {memory} MiB, and Fargate's largest size "
            "has 16 vCPU and 122880 MiB",
            "lower the limits, or give each service a task of its own (--topology service-each)"
            if len(drafts) > 1
            else "lower the limits",
            rule="size",
        )
    return size
