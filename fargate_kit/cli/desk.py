"""What a command works with: the connection, who waits for it, and what Ctrl-C leaves."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from fargate_kit.cli.ecs_cli import taken
from fargate_kit.cli.failing import (
    CUT_OFF,
    FAILED,
    JsonForm,
    json_text,
    leave_quietly,
    set_json_form,
)
from fargate_kit.cli.progress import Progress
from fargate_kit.cli.running import INTERRUPTED, TERMINATED, beside, run_async

if TYPE_CHECKING:
    from datetime import datetime

    from fargate_kit.connections.connection import Connection
    from fargate_kit.core.opening import Opening

LEFT = "what AWS had been asked for goes on"


class _Terminated(Exception):
    """SIGTERM while somebody is asked."""


def _terminated(*_: object) -> NoReturn:
    raise _Terminated


class Desk:
    """One command at work.

    Facts go to standard output, everything else to standard error.

    Args:
        aws: Where it works.
        as_json: Whether facts are printed as JSON.

    Attributes:
        left: What is told if the command is interrupted now, or what returns it; None is nothing.
        facts_left: Returns what `--json` tells of that beside the error.
    """

    def __init__(self, aws: Connection, *, as_json: bool = False) -> None:
        self.aws = aws
        self.as_json = as_json
        self.left: str | Callable[[], str] | None = None
        self.facts_left: Callable[[], Mapping[str, Any]] = dict
        self._progress = Progress(aws.clock, self.say)

    @property
    def now(self) -> datetime:
        """The moment that it is by AWS's clock."""
        from fargate_kit.core.clock import present

        return present(self.aws.clock)

    def say(self, text: str) -> None:
        """Tell the person who waits."""
        typer.echo(text, err=True)

    def facts(self, facts: Mapping[str, Any]) -> None:
        """Print facts as JSON."""
        typer.echo(json.dumps(facts, indent=2, default=json_text))

    def asks(self, doing: str) -> None:
        """Remember what AWS was asked, to be told if no answer comes."""
        self.waits_for(f"{self.aws.endpoint_url or 'AWS'} to answer, {doing}")

    def waits_for(self, what: str | None) -> None:
        """Remember what is waited for; None is what nobody needs to hear of."""
        self._progress.wait_for(what)

    def agree(self, question: str, *, yes: bool) -> None:
        """Ask before something is changed.

        Raises:
            BadParameter: There is nobody to ask, and `--yes` was not given.
            Exit: The answer is no, or an interruption.
        """
        if yes:
            return
        if not sys.stdin.isatty():
            raise typer.BadParameter(
                "nobody can answer here; give it to go on without asking", param_hint="--yes"
            )
        self.waits_for(None)
        # The event loop's own handlers would let an interruption wait for the answer.
        handler = signal.signal(signal.SIGINT, signal.default_int_handler)
        terminator = signal.signal(signal.SIGTERM, _terminated)
        wakeup = signal.set_wakeup_fd(-1)
        try:
            agreed, code = typer.confirm(question, err=True), FAILED
        except typer.Abort:
            agreed, code = False, INTERRUPTED
        except _Terminated:
            agreed, code = False, TERMINATED
        finally:
            signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
            signal.signal(signal.SIGINT, handler)
            signal.signal(signal.SIGTERM, terminator)
        if not agreed:
            self.say("nothing was changed")
            raise typer.Exit(code)

    async def work(self, work: Callable[[Desk], Awaitable[int]]) -> int:
        """Do the work, note long waits, and say what an interruption leaves."""
        import anyio

        try:
            return await beside(lambda: work(self), self._progress.tell)
        except anyio.get_cancelled_exc_class():
            if self.left is not None:
                left = self.left if isinstance(self.left, str) else self.left()
                self.say(f"fargate-kit: {left}")
            raise


def connected(
    *, region: str | None, profile: str | None, endpoint_url: str | None
) -> Opening[Connection]:
    """Open the connection that a command works with, and tell what the ECS CLI's files decided."""
    from fargate_kit.connections.connection import connect

    former = taken(profile=profile)
    if former.note:
        typer.echo(f"fargate-kit: {former.note}", err=True)
    return connect(
        region=region,
        profile=profile or former.aws_profile,
        endpoint_url=endpoint_url,
        credentials=former.credentials,
    )


def at_desk(
    work: Callable[[Desk], Awaitable[int]],
    *,
    region: str | None,
    profile: str | None,
    endpoint_url: str | None,
    as_json: bool = False,
    changes: bool = False,
    form: JsonForm | None = None,
) -> None:
    """Connect, do a command's work, and exit with its code.

    Args:
        work: Returns the exit code.
        changes: Whether it changes anything in AWS; Ctrl-C ends what only looks at once.
        form: What it prints as JSON; by default one object.
    """
    set_json_form(form or JsonForm())
    desks: list[Desk] = []

    async def whole() -> int:
        async with connected(region=region, profile=profile, endpoint_url=endpoint_url) as aws:
            desks.append(Desk(aws, as_json=as_json))
            return await desks[0].work(work)

    def facts() -> Mapping[str, Any]:
        return desks[0].facts_left() if desks else {}

    try:
        code = run_async(whole, left=LEFT if changes else None, facts=facts)
    except BrokenPipeError:
        leave_quietly()
        code = CUT_OFF
    raise typer.Exit(code)
