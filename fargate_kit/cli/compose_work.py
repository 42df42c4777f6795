"""What the verbs of `fargate-kit compose` that speak to AWS have in common."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

from fargate_kit.cli.desk import Desk, at_desk
from fargate_kit.cli.failing import FAILED, JsonForm

if TYPE_CHECKING:
    from fargate_kit.compose import Plan, RunningProject, StepEvent

AwsProfile = Annotated[
    str | None,
    typer.Option("--aws-profile", help="Profile of the AWS configuration files."),
]
WhichCluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        "-c",
        envvar="FARGATE_KIT_CLUSTER",
        help="By default the one that `x-aws-cluster` names, or `default`.",
    ),
]
# What stands before a step of each state.
_MARKS = {"begins": "…", "says": " ", "done": "✓", "failed": "✗", "interrupted": "!"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Which AWS is meant."""

    region: str | None
    profile: str | None
    endpoint_url: str | None

    def resolved(self) -> Account:
        """Return it with the region that a profile says, where nothing else does.

        Raises:
            ConfigurationError: No region is known.
        """
        from fargate_kit.core.api import Api

        api = Api(region=self.region, profile=self.profile, endpoint_url=self.endpoint_url)
        return replace(self, region=api.region)

    def work(
        self,
        work: Callable[[Desk], Awaitable[int]],
        *,
        as_json: bool,
        changes: bool = False,
        form: JsonForm | None = None,
    ) -> None:
        """Connect, do a command's work, and exit with its code; the arguments are `at_desk()`'s."""
        at_desk(
            work,
            region=self.region,
            profile=self.profile,
            endpoint_url=self.endpoint_url,
            as_json=as_json,
            changes=changes,
            form=form,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A project that runs already: what it is called, and where.

    Attributes:
        plan: What its files say; None where they are not there, or something in them is wrong.
    """

    name: str
    cluster: str
    plan: Plan | None

    async def look(self, desk: Desk) -> RunningProject:
        """Return the project as it runs."""
        from fargate_kit.compose import running

        desk.asks(f"looking for project {self.name}")
        return await running(desk.aws, self.name, cluster=self.cluster)


def named_project(
    file: list[str] | None, project_name: str | None, cluster: str | None, region: str | None
) -> Named:
    """Return the project that is meant: by its files, or by its name where there are none.

    A mistake in the files does not keep a project from being looked at or taken down.
    """
    from fargate_kit.cli.compose_options import conversion_of
    from fargate_kit.cli.compose_screen import print_problems
    from fargate_kit.compose.belonging import USUAL_CLUSTER

    # It can be read once, and the files may be read twice.
    content = sys.stdin.buffer.read() if "-" in (file or ()) else None
    # Either form tells the name and the cluster; some files have only one of them.
    for topology in ("one-task", "service-each"):
        conversion = conversion_of(
            file,
            None,
            project_name,
            ["*"],
            None,
            None,
            None,
            None,
            topology,
            None,
            None,
            region,
            standard_input=content,
        )
        if conversion.plan is not None:
            break
    plan = conversion.plan
    if plan is None and project_name is None and not conversion.report.files:
        print_problems(conversion)
        raise typer.Exit(FAILED)
    return Named(
        name=plan.project if plan else (project_name or conversion.project),
        cluster=cluster or (plan.cluster if plan else None) or USUAL_CLUSTER,
        plan=plan,
    )


def step_teller(desk: Desk) -> Callable[[StepEvent], None]:
    """Return what tells the person who waits of each step."""

    def tell(event: StepEvent) -> None:
        mark = _MARKS.get(event.state, " ")
        if event.state == "begins":
            desk.waits_for(event.step)
        elif event.state == "says":
            desk.say(f"    {event.text}")
        elif event.state == "done":
            desk.waits_for(None)
            desk.say(f"{mark} {event.step}")
        elif event.state == "interrupted":
            desk.say(f"{mark} {event.step} was interrupted; {event.text}")
        else:
            desk.say(f"{mark} {event.step}: {event.text}")

    return tell


def things(count: int, noun: str) -> str:
    """Return so many of something in words."""
    return f"{count} {noun}{'s' * (count != 1)}"
