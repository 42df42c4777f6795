"""`fargate-kit janitor`: find live labs of the course, and take down those that were left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fargate_kit.cli.desk import Desk, at_desk
from fargate_kit.cli.failing import FAILED, error_facts
from fargate_kit.cli.settings import AsJson, EndpointUrl, Profile, Region, Yes

if TYPE_CHECKING:
    from fargate_kit.learn.live.ending import FoundLab


def janitor(
    lab: Annotated[
        str | None,
        typer.Option("--lab", metavar="LAB", help="This lab, whether its time is over or not."),
    ] = None,
    expired: Annotated[
        bool, typer.Option("--expired", help="Every lab whose time is over, whoever opened it.")
    ] = False,
    yes: Yes = False,
    as_json: AsJson = False,
    region: Region = None,
    profile: Profile = None,
    endpoint_url: EndpointUrl = None,
) -> None:
    """List the course's live labs in the region, or take some down, from any computer.

    A lab is found by the tags of what it made, not by anything that a computer remembers. Without
    --lab and --expired nothing is changed.

    \b
    Examples:
      fargate-kit janitor
      fargate-kit janitor --expired --yes
      fargate-kit janitor --lab lab-02.ada
    """
    if lab is not None and expired:
        raise typer.BadParameter("give --lab or --expired, not both", param_hint="--lab")

    async def work(desk: Desk) -> int:
        return await clean(desk, lab, expired=expired, yes=yes)

    at_desk(
        work,
        region=region,
        profile=profile,
        endpoint_url=endpoint_url,
        as_json=as_json,
        changes=lab is not None or expired,
    )


async def clean(desk: Desk, lab: str | None, *, expired: bool, yes: bool) -> int:
    """Find labs, ask, and take them down one after the other."""
    from fargate_kit.learn.live.ending import live_labs

    desk.asks("looking for live labs")
    found = await live_labs(desk.aws)
    chosen = [
        each for each in found if each.mark == lab or (expired and each.has_expired(desk.now))
    ]
    if lab is None and not expired:
        _tell(desk, found)
        return 0
    if not chosen:
        if desk.as_json:
            desk.facts({"labs": []})
        else:
            typer.echo(f"nothing of {lab} is there" if lab else "no lab's time is over")
        return 0
    if not desk.as_json:
        _print(chosen)
    names = ", ".join(each.mark for each in chosen)
    desk.agree(f"Take down {names}?", yes=yes)
    desk.left = "the tear-down is not complete; the same command goes on"
    done = [await _end(desk, each) for each in chosen]
    desk.left = None
    if desk.as_json:
        desk.facts({"labs": done})
    return FAILED if any(each.get("error") for each in done) else 0


async def _end(desk: Desk, lab: FoundLab) -> dict[str, Any]:
    """Take one lab down, and return the facts; what stays does not keep the others from going."""
    from fargate_kit.errors import TeardownIncomplete
    from fargate_kit.learn.live.ending import end_lab

    desk.waits_for(f"lab {lab.mark} to be taken down")
    try:
        deleted = await end_lab(desk.aws, lab.mark)
    except TeardownIncomplete as error:
        for each in (*error.left, *error.problems):
            desk.say(f"fargate-kit: {lab.mark}: left: {each}")
        return {
            **_fact(lab),
            "deleted": list(error.deleted),
            "left": list(error.left),
            "error": {**error_facts(error), "problems": list(error.problems)},
        }
    if not desk.as_json:
        typer.echo(f"{lab.mark}: {len(deleted)} deleted, 0 left")
    return {**_fact(lab), "deleted": list(deleted), "left": []}


def _tell(desk: Desk, found: Sequence[FoundLab]) -> None:
    if desk.as_json:
        desk.facts({"labs": [_fact(each) for each in found]})
    elif found:
        _print(found)
    else:
        typer.echo("no live lab is there")


def _print(found: Sequence[FoundLab]) -> None:
    from fargate_kit.cli.listing import Column, print_listing
    from fargate_kit.cli.screen import console

    columns = [
        Column(heading="lab", shrinks=True),
        Column(heading="owner", rank=1, shrinks=True),
        Column(heading="time is over at"),
        Column(heading="things"),
    ]
    rows = [
        [
            each.mark,
            each.owner,
            f"{each.expires_at:%Y-%m-%d %H:%M} UTC" if each.expires_at else "",
            str(each.things),
        ]
        for each in found
    ]
    print_listing(console, columns, rows)


def _fact(lab: FoundLab) -> dict[str, Any]:
    return {
        "lab": lab.mark,
        "owner": lab.owner,
        "expires_at": lab.expires_at.isoformat() if lab.expires_at else None,
        "things": lab.things,
    }
