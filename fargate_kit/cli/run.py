"""`fargate-kit run`: one task from start to end, with its log and its exit code."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fargate_kit.cli.check import read_spec
from fargate_kit.cli.failing import FAILED, error_facts, json_text
from fargate_kit.cli.progress import Progress
from fargate_kit.cli.running import beside, run_async
from fargate_kit.cli.settings import AsJson, EndpointUrl, Profile, Region

if TYPE_CHECKING:
    from fargate_kit.clusters.cluster import Cluster
    from fargate_kit.connections.connection import Connection
    from fargate_kit.errors import StartFailed
    from fargate_kit.model.values import Network, Overrides
    from fargate_kit.tasks.task import Task
    from fargate_kit.tasks.task_definition import TaskDefinition
    from fargate_kit.tasks.task_spec import TaskSpec

LEFT = "what had been started may still run; `aws ecs list-tasks` shows it"


def run(
    what: Annotated[
        str,
        typer.Argument(
            metavar="FILE|NAME",
            help="A task definition file (.json, or - for standard input), or the name of a "
            "registered one.",
        ),
    ],
    command: Annotated[
        list[str] | None,
        typer.Argument(help="What the first essential container runs instead; after `--`."),
    ] = None,
    environment: Annotated[
        list[str] | None,
        typer.Option("--environment", "-e", metavar="NAME=VALUE", help="May be repeated."),
    ] = None,
    cluster: Annotated[
        str,
        typer.Option(
            "--cluster",
            "-c",
            envvar="FARGATE_KIT_CLUSTER",
            help="The cluster; `default` is made if missing.",
        ),
    ] = "default",
    subnets: Annotated[
        list[str] | None,
        typer.Option("--subnet", help="May be repeated; the default VPC's if none is named."),
    ] = None,
    security_groups: Annotated[
        list[str] | None, typer.Option("--security-group", help="May be repeated.")
    ] = None,
    public_ip: Annotated[bool, typer.Option(help="Whether the task gets a public address.")] = True,
    spot: Annotated[bool, typer.Option("--spot", help="Run on FARGATE_SPOT.")] = False,
    as_json: AsJson = False,
    region: Region = None,
    profile: Profile = None,
    endpoint_url: EndpointUrl = None,
) -> None:
    """Run a task, show its states and its log, and exit with its exit code.

    The log goes to standard output, states to standard error. Log groups that the definition names
    must be there. Ctrl-C, as SIGTERM, stops the task; a second one does not wait for AWS's answer
    to that.

    With --json standard output is one object when the task has ended, with error if it did not
    start; the log goes to standard error.

    \b
    Examples:
      fargate-kit run task.json
      fargate-kit run report:3 -e MONTH=08 -- python report.py
      fargate-kit run task.json --json | jq .containers
    """
    from fargate_kit.cli.desk import connected
    from fargate_kit.model.values import Network, Overrides

    overrides = Overrides(command=command or None, environment=_pairs(environment or []))
    network = Network(
        subnets=subnets or (), security_groups=tuple(security_groups or ()), public_ip=public_ip
    )

    async def whole_way() -> int:
        async with connected(region=region, profile=profile, endpoint_url=endpoint_url) as aws:
            job = _Run(aws, cluster, "FARGATE_SPOT" if spot else None, as_json)
            jobs.append(job)
            return await job.go(what, overrides, network)

    def facts() -> dict[str, Any]:
        return _facts(jobs[0].task) if jobs and jobs[0].task else {}

    jobs: list[_Run] = []
    raise typer.Exit(run_async(whole_way, left=LEFT, facts=facts))


class _Run:
    """One task, watched from its start to its end.

    Attributes:
        task: Its latest picture; None until it was started.
    """

    def __init__(
        self, aws: Connection, cluster: str, capacity_provider: str | None, as_json: bool
    ) -> None:
        self._aws = aws
        self._progress = Progress(aws.clock, self._say)
        self._cluster = cluster
        self._capacity_provider = capacity_provider
        self._as_json = as_json
        self.task: Task | None = None

    async def go(self, what: str, overrides: Overrides, network: Network) -> int:
        """Run it to its end and return the exit code for the shell."""
        return await beside(
            lambda: self._go(what, overrides, network), companion=self._progress.tell
        )

    async def _go(self, what: str, overrides: Overrides, network: Network) -> int:
        cluster, definition = await self._cluster_and_definition(what)
        if not network.subnets:
            self._wait_for_answer("looking for the default VPC")
            usual = await self._aws.default_network(public_ip=network.public_ip)
            groups = network.security_groups or usual.security_groups
            network = replace(usual, security_groups=groups)
        self._wait_for_answer(f"starting {definition.name}")
        self.task = task = await cluster.run(
            definition, overrides, network=network, capacity_provider=self._capacity_provider
        )
        ended = await self._watch(task, definition)
        failure = _start_failure(ended)
        if self._as_json:
            error = {"error": error_facts(failure)} if failure else {}
            typer.echo(json.dumps(_facts(ended) | error, indent=2, default=json_text))
        if failure:
            self._say(f"fargate-kit: {failure}")
            for group in missing_groups(failure, definition):
                self._say(f"fargate-kit: for example: {group}")
            return FAILED
        return ended.exit_code if ended.exit_code is not None else FAILED

    async def _watch(self, task: Task, definition: TaskDefinition) -> Task:
        """Show a task's states and log to its end; stop it if that is interrupted."""
        import anyio

        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._show_states, task)
                if _has_log(definition):
                    group.start_soon(self._show_log, task)
            return await task.refresh()
        except BaseException:
            with anyio.CancelScope(shield=True):
                self._say(f"stopping {task.id}")
                self.task = await task.stop("interrupted")
                self._say(f"{task.id} is being stopped")
            raise

    async def _cluster_and_definition(self, what: str) -> tuple[Cluster, TaskDefinition]:
        """Make nothing for a task that cannot run: what must be there is looked for first."""
        spec = read_spec(what).check() if what == "-" or what.endswith(".json") else None
        cluster = None
        if self._cluster != "default":
            self._wait_for_answer(f"looking for cluster {self._cluster}")
            cluster = await self._aws.cluster(self._cluster)
        if spec:
            definition = await self._registered(spec)
        else:
            self._wait_for_answer(f"looking for {what}")
            definition = await self._aws.task_definition(what)
        if cluster is None:
            self._wait_for_answer(f"looking for cluster {self._cluster}")
            cluster = await self._aws.create_cluster()
        return cluster, definition

    async def _registered(self, spec: TaskSpec) -> TaskDefinition:
        self._wait_for_answer(f"registering {spec.family}")
        before = self._aws.calls["ecs:RegisterTaskDefinition"]
        definition = await self._aws.register(spec)
        made = self._aws.calls["ecs:RegisterTaskDefinition"] > before
        self._say(f"{'registered' if made else 'registered already:'} {definition.name}")
        return definition

    async def _show_states(self, task: Task) -> None:
        last = ""
        async for picture in task.changes():
            if picture.status != last:
                last = picture.status
                # Why a task did not start is told at the end, with what to do about it.
                why = picture.stopped_reason if picture.started_at else None
                self._say(f"{task.id[:8]} {picture.status}{f': {why}' if why else ''}")
                stopped = last == "STOPPED"
                what = (
                    "the last lines of its log"
                    if stopped
                    else f"task {task.id[:8]}, which is {last}"
                )
                self._progress.wait_for(None if last == "RUNNING" else what)

    async def _show_log(self, task: Task) -> None:
        async for line in task.logs(follow=True):
            if self._as_json:
                self._say(str(line))
            else:
                typer.echo(line.text)

    def _wait_for_answer(self, doing: str) -> None:
        self._progress.wait_for(f"{self._aws.endpoint_url or 'AWS'} to answer, {doing}")

    def _say(self, text: str) -> None:
        typer.echo(text, err=True)


def _pairs(environment: list[str]) -> dict[str, str]:
    wrong = [pair for pair in environment if "=" not in pair.lstrip("=")]
    if wrong:
        raise typer.BadParameter(
            f"NAME=VALUE is needed, not {', '.join(map(repr, wrong))}", param_hint="--environment"
        )
    return dict(pair.split("=", 1) for pair in environment)


def _start_failure(task: Task) -> StartFailed | None:
    from fargate_kit.errors import StartFailed

    try:
        if task.started_at is None:
            task.raise_for_exit()
    except StartFailed as failure:
        return failure
    return None


def missing_groups(failure: StartFailed, definition: TaskDefinition) -> list[str]:
    """Return the commands that make a definition's log groups, where the failure is about logs."""
    from fargate_kit.logs.logs import streams_of

    if failure.family != "logs":
        return []
    places = {(each.group, each.region) for each in streams_of(definition.raw, "")}
    return [
        f"aws logs create-log-group --log-group-name {group}"
        + (f" --region {region}" if region else "")
        for group, region in sorted(places, key=str)
    ]


def _has_log(definition: TaskDefinition) -> bool:
    from fargate_kit.logs.logs import streams_of

    return bool(streams_of(definition.raw, ""))


def _facts(task: Task) -> dict[str, Any]:
    return {
        "task": task.arn,
        "definition": task.definition_arn,
        "status": task.status,
        "stop_code": task.stop_code,
        "stopped_reason": task.stopped_reason,
        "created_at": task.created_at,
        "started_at": task.started_at,
        "stopped_at": task.stopped_at,
        "containers": [
            {"name": each.name, "exit_code": each.exit_code, "reason": each.reason}
            for each in task.containers
        ],
    }
