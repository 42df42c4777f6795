"""`fargate-kit teardown`: take down what was made under a mark, or only list it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fargate_kit.cli.desk import Desk, at_desk
from fargate_kit.cli.failing import FAILED, error_facts
from fargate_kit.cli.settings import AsJson, EndpointUrl, Profile, Region, Yes

if TYPE_CHECKING:
    from fargate_kit.teardown.leftovers import Leftover


def teardown(
    mark: Annotated[
        str,
        typer.Argument(
            metavar="MARK",
            help="The value of the tag fargate-kit; `made` is what was made without a mark.",
        ),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Only list what would be deleted.")
    ] = False,
    kinds: Annotated[
        list[str] | None,
        typer.Option(
            "--kind", help="Only this kind, such as 'service' or 'log group'; repeatable."
        ),
    ] = None,
    yes: Yes = False,
    as_json: AsJson = False,
    region: Region = None,
    profile: Profile = None,
    endpoint_url: EndpointUrl = None,
) -> None:
    """Delete everything of the region that carries a mark, and prove that nothing is left.

    It lists what it found and asks first. What cannot be deleted does not keep the rest from going;
    it may be run again at any time, also after Ctrl-C. Roles have no region, and go as well.

    \b
    Examples:
      fargate-kit teardown made --dry-run
      fargate-kit teardown lesson-3 --yes
      fargate-kit teardown made --kind 'log group'
    """

    async def work(desk: Desk) -> int:
        return await tear_down(desk, mark, kinds or None, dry_run=dry_run, yes=yes)

    at_desk(
        work,
        region=region,
        profile=profile,
        endpoint_url=endpoint_url,
        as_json=as_json,
        changes=not dry_run,
    )


async def tear_down(
    desk: Desk, mark: str, kinds: Sequence[str] | None, *, dry_run: bool, yes: bool
) -> int:
    """List what carries a mark, ask, and delete it."""
    from fargate_kit.errors import TeardownIncomplete

    desk.asks(f"looking for what is marked {mark}")
    try:
        found = await desk.aws.leftovers(mark, kinds=kinds)
    except TeardownIncomplete as error:
        return _incomplete(desk, error, looked=True)
    if dry_run or not found:
        if desk.as_json:
            name = "left" if dry_run else "deleted"
            desk.facts({"mark": mark, name: [_fact(each) for each in found]})
        else:
            _print(found, mark)
        return 0
    if not desk.as_json:
        _print(found, mark)
    desk.agree(f"Delete {things(len(found))}?", yes=yes)
    desk.left = f"the tear-down is not complete; `fargate-kit teardown {mark}` goes on"
    desk.waits_for(f"{things(len(found))} to be deleted")
    try:
        done = await desk.aws.teardown(mark, kinds=kinds)
    except TeardownIncomplete as error:
        return _incomplete(desk, error, looked=False)
    desk.left = None
    if desk.as_json:
        desk.facts({"mark": mark, "deleted": [_fact(each) for each in done.deleted]})
    else:
        typer.echo(f"{things(len(done.deleted))} deleted; nothing marked {mark!r} is left")
    return 0


def _incomplete(desk: Desk, error: Any, *, looked: bool) -> int:
    if desk.as_json:
        desk.facts({
            "mark": error.mark,
            "deleted": list(error.deleted),
            "left": list(error.left),
            "error": {**error_facts(error), "problems": list(error.problems)},
        })
    what = "not everything could be looked for" if looked else "the tear-down is not complete"
    desk.say(f"fargate-kit: {what}")
    for each in error.left:
        desk.say(f"  left: {each}")
    for problem in error.problems:
        desk.say(f"  ✗ {problem}")
    if looked:
        desk.say("fargate-kit: --kind leaves out what you may not list")
    return FAILED


def _print(found: Sequence[Leftover], mark: str) -> None:
    from fargate_kit.cli.listing import Column, print_listing
    from fargate_kit.cli.screen import console

    if not found:
        typer.echo(f"nothing is marked {mark!r}")
        return
    columns = [
        Column(heading="kind"),
        Column(heading="name", shrinks=True),
        Column(heading="id", rank=1, shrinks=True),
    ]
    rows = [[each.kind, each.name, each.id if each.id != each.name else ""] for each in found]
    print_listing(console, columns, rows)


def _fact(each: Leftover) -> dict[str, str]:
    return {"kind": each.kind, "name": each.name, "id": each.id}


def things(count: int) -> str:
    """Say how many there are."""
    return f"{count} thing{'s' * (count != 1)}"
