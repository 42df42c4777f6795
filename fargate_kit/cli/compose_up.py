"""`fargate-kit compose up` and `down`: a project made, brought in line, and taken down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fargate_kit.cli.compose_options import (
    ComposeProfile,
    EcsParams,
    EnvFile,
    ExecutionRole,
    File,
    ProjectName,
    SecurityGroups,
    Subnets,
    TaskRole,
    WhichNetwork,
    WhichTopology,
    conversion_of,
)
from fargate_kit.cli.compose_work import (
    Account,
    AwsProfile,
    Named,
    WhichCluster,
    named_project,
    step_teller,
    things,
)
from fargate_kit.cli.desk import Desk
from fargate_kit.cli.failing import FAILED, error_facts
from fargate_kit.cli.settings import AsJson, EndpointUrl, Region, Yes

if TYPE_CHECKING:
    from fargate_kit.compose import Conversion, Difference, RunningProject

CreateMissing = Annotated[
    bool,
    typer.Option(
        "--create-missing",
        "--create-log-groups",
        help="Make roles and log groups that the files name and that are not there.",
    ),
]


def up(
    file: File = None,
    ecs_params: EcsParams = None,
    project_name: ProjectName = None,
    profile: ComposeProfile = None,
    env_file: EnvFile = None,
    subnets: Subnets = None,
    security_groups: SecurityGroups = None,
    network: WhichNetwork = None,
    topology: WhichTopology = "one-task",
    execution_role: ExecutionRole = None,
    task_role: TaskRole = None,
    create_missing: CreateMissing = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Only show what differs from what runs.")
    ] = False,
    yes: Yes = False,
    timeout: Annotated[
        str, typer.Option(help="How long each deployment may take, such as 90s or 1h.")
    ] = "30m",
    cluster: WhichCluster = None,
    as_json: AsJson = False,
    region: Region = None,
    aws_profile: AwsProfile = None,
    endpoint_url: EndpointUrl = None,
) -> None:
    """Show how a project differs from what runs, ask, make it so, and wait until it runs.

    What the files name and is not there is told before anything is made. The same again changes
    nothing. Services that the files do not have any more are deleted. If a step fails, `up` goes on
    from there, and `down` takes away what was made.

    \b
    Examples:
      fargate-kit compose up --network default --create-missing
      fargate-kit compose up --dry-run
      fargate-kit compose up -f docker-compose.yml --subnets subnet-0a1b --yes
    """
    from fargate_kit.cli.times import seconds_of

    limit = seconds_of(timeout, option="--timeout")
    account = Account(region=region, profile=aws_profile, endpoint_url=endpoint_url).resolved()
    conversion = conversion_of(
        file,
        ecs_params,
        project_name,
        profile,
        env_file,
        subnets,
        security_groups,
        network,
        topology,
        execution_role,
        task_role,
        account.region,
    )
    conversion.check()

    async def work(desk: Desk) -> int:
        return await _bring_up(desk, conversion, cluster, create_missing, dry_run, yes, limit)

    account.work(work, as_json=as_json, changes=not dry_run)


async def _bring_up(
    desk: Desk,
    conversion: Conversion,
    cluster: str | None,
    create_missing: bool,
    dry_run: bool,
    yes: bool,
    timeout: float,
) -> int:
    from fargate_kit.cli.compose_screen import print_difference
    from fargate_kit.errors import ProjectIncomplete

    plan, cautions = conversion.check(), conversion.report.cautions
    desk.asks(f"looking at what runs of project {plan.project}")
    difference = await plan.compare(desk.aws, cluster=cluster, create_missing=create_missing)
    desk.waits_for(None)
    if not desk.as_json:
        print_difference(difference)
    for each in cautions if difference else ():
        desk.say(f"! {each}")
    for each in difference.not_seen:
        desk.say(f"? {each}")
    facts = {**difference.facts(), "cautions": list(cautions)}
    if dry_run:
        if desk.as_json:
            desk.facts(facts)
        for problem in difference.problems:
            desk.say(f"✗ {problem}")
        return FAILED if difference.problems else 0
    difference.check()
    if difference:
        desk.agree(_question(difference), yes=yes)
    desk.left = None
    try:
        project = await difference.apply(desk.aws, timeout=timeout, on_step=step_teller(desk))
    except ProjectIncomplete as error:
        return _incomplete(desk, facts, error)
    if desk.as_json:
        from fargate_kit.cli.facts import service_facts

        running = [service_facts(each) for each in project.services]
        desk.facts({**facts, "services": running})
        return 0
    tasks = sum(service.running_count for service in project.services)
    said = "runs" if difference else "is as planned, nothing was changed"
    typer.echo(f"{plan.project} {said}: {things(tasks, 'task')} in cluster {difference.cluster}")
    return 0


def _question(difference: Difference) -> str:
    counts = difference.count()
    words = [
        f"{action} {counts[action]}" for action in ("make", "change", "remove") if counts[action]
    ]
    return f"{', '.join(words).capitalize()} in {difference.region}?"


def _incomplete(desk: Desk, facts: Mapping[str, Any], error: Any) -> int:
    if desk.as_json:
        came_of_it = {
            "done": list(error.done),
            "failed": error.failed,
            "not_done": list(error.not_done),
            "error": error_facts(error),
        }
        desk.facts({**facts, **came_of_it})
    desk.say(f"fargate-kit: project {error.project} is not complete: {error.failed} failed")
    desk.say(f"  done: {', '.join(error.done) or 'nothing'}")
    desk.say(f"  not done: {', '.join(error.not_done) or 'nothing else'}")
    desk.say("  `fargate-kit compose up` goes on, `fargate-kit compose down` takes it away")
    return FAILED


def down(
    file: File = None,
    project_name: ProjectName = None,
    logs: Annotated[
        bool, typer.Option("--logs", help="Delete log groups with every line in them as well.")
    ] = False,
    yes: Yes = False,
    cluster: WhichCluster = None,
    as_json: AsJson = False,
    region: Region = None,
    aws_profile: AwsProfile = None,
    endpoint_url: EndpointUrl = None,
) -> None:
    """Take a project down: its services with their tasks, and all that was made for it.

    What others made stays, what the same project still uses in another cluster of the region, and
    log groups with lines in them unless --logs is given. It looks again at the end, and may be run
    again at any time. The files are not needed with --project-name.

    \b
    Examples:
      fargate-kit compose down
      fargate-kit compose down --project-name wordpress --logs --yes
    """
    account = Account(region=region, profile=aws_profile, endpoint_url=endpoint_url).resolved()
    named = named_project(file, project_name, cluster, account.region)

    async def work(desk: Desk) -> int:
        return await _take_down(desk, named, logs, yes)

    account.work(work, as_json=as_json, changes=True)


async def _take_down(desk: Desk, named: Named, logs: bool, yes: bool) -> int:
    from fargate_kit.errors import TeardownIncomplete

    project = await named.look(desk)
    if not project and not await _remains(desk, named, project, logs):
        return _nothing(desk, named)
    desk.waits_for(None)
    if project:
        names = ", ".join(service.name for service in project.services)
        desk.say(f"services of project {named.name} in cluster {named.cluster}: {names}")
    place = f"cluster {named.cluster}, {desk.aws.region}"
    desk.agree(f"Take down project {named.name} in {place}?", yes=yes)
    desk.left = "the project is not down; `fargate-kit compose down` goes on"
    tell = step_teller(desk)
    try:
        if named.plan is not None:
            done = await named.plan.down(desk.aws, cluster=named.cluster, logs=logs, on_step=tell)
        else:
            done = await project.down(logs=logs, on_step=tell)
    except TeardownIncomplete as error:
        if desk.as_json:
            facts = {"deleted": list(error.deleted), "left": list(error.left)}
            desk.facts({"project": named.name, **facts, "error": error_facts(error)})
        desk.say(f"fargate-kit: {error}")
        return FAILED
    desk.left = None
    kept = [each.replace("logs=True", "--logs") for each in done.kept]
    if desk.as_json:
        desk.facts({"project": named.name, "deleted": list(done.deleted), "kept": kept})
        return 0
    for each in kept:
        desk.say(f"  {each}")
    gone = things(len(done.deleted), "thing")
    left = "the rest of it is gone" if done.kept else "nothing of it is left"
    if done.deleted:
        typer.echo(f"{named.name} is down: {gone} deleted, {left}")
    else:
        typer.echo(f"{named.name} was down already: nothing was deleted")
    return 0


async def _remains(
    desk: Desk, named: Named, project: RunningProject, logs: bool
) -> tuple[str, ...]:
    desk.asks(f"looking for what was made for project {named.name}")
    if named.plan is not None:
        return await named.plan.remains(desk.aws, cluster=named.cluster, logs=logs)
    return await project.remains(logs=logs)


def _nothing(desk: Desk, named: Named) -> int:
    if desk.as_json:
        desk.facts({"project": named.name, "deleted": [], "kept": []})
    else:
        typer.echo(
            f"there is nothing of project {named.name} in cluster {named.cluster}, "
            f"{desk.aws.region}: nothing was changed"
        )
    return 0
