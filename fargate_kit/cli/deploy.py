"""`fargate-kit deploy`: bring a task definition to a service, and wait for the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fargate_kit.cli.desk import Desk, at_desk
from fargate_kit.cli.failing import FAILED
from fargate_kit.cli.settings import (
    AsJson,
    ClusterName,
    Detach,
    EndpointUrl,
    Profile,
    Region,
    Timeout,
    Yes,
)

if TYPE_CHECKING:
    from fargate_kit.clusters.cluster import Cluster
    from fargate_kit.model.diff import Change
    from fargate_kit.model.values import Network
    from fargate_kit.preflight.preflight import Preflight
    from fargate_kit.services.deployment import Deployment
    from fargate_kit.services.service import Service
    from fargate_kit.tasks.task_definition import TaskDefinition
    from fargate_kit.tasks.task_spec import TaskSpec

AGAIN = "deployed again: its last deployment failed"

What = Annotated[
    str,
    typer.Argument(
        metavar="FILE|NAME",
        help="A task definition file (.json, or - for standard input), or a registered "
        "family:revision.",
    ),
]


def deploy(
    what: What,
    service: Annotated[
        str, typer.Argument(metavar="SERVICE", help="The service that shall run it.")
    ],
    count: Annotated[
        int | None,
        typer.Option("--count", min=0, help="How many tasks; by default as many as before."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the tasks even if nothing has changed.")
    ] = False,
    create: Annotated[
        bool, typer.Option("--create", help="Make the service if there is none, and its cluster.")
    ] = False,
    subnets: Annotated[
        list[str] | None,
        typer.Option(
            "--subnet", help="Of a new service; repeatable; by default the default VPC's."
        ),
    ] = None,
    security_groups: Annotated[
        list[str] | None, typer.Option("--security-group", help="Of a new service; repeatable.")
    ] = None,
    public_ip: Annotated[
        bool, typer.Option(help="Whether a new service's tasks get public addresses.")
    ] = True,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Look first for what would keep it from running: roles, images, network.",
        ),
    ] = False,
    yes: Yes = False,
    detach: Detach = False,
    timeout: Timeout = "30m",
    cluster: ClusterName = "default",
    as_json: AsJson = False,
    region: Region = None,
    profile: Profile = None,
    endpoint_url: EndpointUrl = None,
) -> None:
    """Show what would change, ask, deploy, and wait until it stands or has failed.

    A file is registered if it differs from what the service runs. What does not differ is deployed
    again if the service's last deployment failed, and waited for if that is in progress. Exits with
    1 if the deployment did not bring what was asked, also where ECS rolled it back; standard error
    says why. Ctrl-C ends the waiting, not the deployment.

    \b
    Examples:
      fargate-kit deploy task.json web --cluster prod
      fargate-kit deploy web:12 web --yes --detach
      fargate-kit deploy task.json api --create --count 2
    """
    from fargate_kit.cli.times import seconds_of

    wish = Wish(
        count=count,
        force=force,
        create=create,
        subnets=tuple(subnets or ()),
        security_groups=tuple(security_groups or ()),
        public_ip=public_ip,
        check=check,
        yes=yes,
        timeout=None if detach else seconds_of(timeout, option="--timeout"),
    )

    async def work(desk: Desk) -> int:
        return await Deploying(desk, wish).go(what, cluster, service)

    at_desk(
        work,
        region=region,
        profile=profile,
        endpoint_url=endpoint_url,
        as_json=as_json,
        changes=True,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How to deploy.

    Attributes:
        timeout: Seconds to wait for the verdict; None does not wait.
    """

    count: int | None = None
    force: bool = False
    create: bool = False
    subnets: Sequence[str] = ()
    security_groups: Sequence[str] = ()
    public_ip: bool = True
    check: bool = False
    yes: bool = False
    timeout: float | None = None


class Deploying:
    """One deployment, from the difference to the verdict."""

    def __init__(self, desk: Desk, wish: Wish) -> None:
        self._desk = desk
        self._wish = wish
        self._registered = ""

    async def go(self, what: str, cluster_name: str, service_name: str) -> int:
        """Deploy, and return the exit code."""
        from fargate_kit.cli.finding import find_cluster, find_definition, find_service
        from fargate_kit.errors import NotFound

        wanted = await find_definition(self._desk, what)
        try:
            cluster = await find_cluster(self._desk, cluster_name)
        except NotFound:
            if not self._wish.create:
                raise
            return await self._create(cluster_name, service_name, wanted)
        try:
            service = await find_service(self._desk, cluster, service_name)
        except NotFound as error:
            if self._wish.create:
                return await self._create(cluster, service_name, wanted)
            reason = f"{error.reason}; --create makes it"
            raise NotFound(error.operation, error.code, reason) from None
        return await self._change(service, wanted)

    async def _change(self, service: Service, wanted: TaskSpec | TaskDefinition) -> int:
        desk, wish = self._desk, self._wish
        desk.asks(f"looking at {service.definition_arn}")
        present = await desk.aws.task_definition(service.definition_arn)
        changes = tuple(present.diff(wanted))
        arn = getattr(wanted, "arn", None)
        is_new = bool(changes) or (arn is not None and arn != present.arn)
        count = None if wish.count == service.desired_count else wish.count
        # A service that failed has what was asked for in name only.
        again = not (is_new or wish.force) and _newest_state(service) == "FAILED"
        began = is_new or wish.force or again
        if not (began or count is not None):
            return await self._nothing_to_do(service, present)
        self._show_changes(service, present, wanted if is_new else present, changes, count)
        if again:
            desk.say(f"  ~ {AGAIN}")
        if not await self._is_checked(service, wanted):
            return FAILED
        desk.agree("Deploy this?", yes=wish.yes)
        definition = await self._registered_definition(wanted) if is_new else None
        desk.asks(f"deploying to {service.name}")
        deployment = await service.deploy(
            definition, desired_count=count, force=wish.force or again
        )
        return await self._end(
            service, deployment, changes, began=began, reason=AGAIN if again else None
        )

    async def _create(
        self, cluster: Cluster | str, name: str, wanted: TaskSpec | TaskDefinition
    ) -> int:
        """Make a service, and its cluster where that is a name alone."""
        desk, wish = self._desk, self._wish
        network = await self._network()
        label = getattr(wanted, "name", None) or f"{wanted.family} (from the file)"
        count = 1 if wish.count is None else wish.count
        where = f"new cluster {cluster}" if isinstance(cluster, str) else f"cluster {cluster.name}"
        desk.say(f"new service {name} in {where}: {count} × {label}")
        if wish.check:
            desk.asks("looking at what it needs")
            found = await desk.aws.check(wanted, network=network)
            if not self._tell_check(found):
                return FAILED
        desk.agree("Make it?", yes=wish.yes)
        definition = await self._registered_definition(wanted)
        if isinstance(cluster, str):
            desk.asks(f"making cluster {cluster}")
            cluster = await desk.aws.create_cluster(cluster)
            desk.left = f"cluster {cluster.name} and {definition.name} are there, and no service"
        desk.asks(f"making service {name}")
        service = await cluster.create_service(
            name, definition, desired_count=count, network=network
        )
        return await self._end(service, service.deployment, (), began=True)

    async def _network(self) -> Network:
        from dataclasses import replace

        from fargate_kit.model.values import Network

        wish = self._wish
        if wish.subnets:
            return Network(
                subnets=wish.subnets,
                security_groups=wish.security_groups,
                public_ip=wish.public_ip,
            )
        self._desk.asks("looking for the default VPC")
        usual = await self._desk.aws.default_network(public_ip=wish.public_ip)
        return replace(usual, security_groups=wish.security_groups or usual.security_groups)

    async def _registered_definition(self, wanted: TaskSpec | TaskDefinition) -> TaskDefinition:
        from fargate_kit.tasks.task_definition import TaskDefinition

        if isinstance(wanted, TaskDefinition):
            return wanted
        self._desk.asks(f"registering {wanted.family}")
        before = self._desk.aws.calls["ecs:RegisterTaskDefinition"]
        definition = await self._desk.aws.register(wanted)
        made = self._desk.aws.calls["ecs:RegisterTaskDefinition"] > before
        self._desk.say(f"{'registered' if made else 'registered already:'} {definition.name}")
        self._desk.left = f"{definition.name} is registered, and nothing else was changed"
        return definition

    async def _is_checked(self, service: Service, wanted: TaskSpec | TaskDefinition) -> bool:
        if not self._wish.check:
            return True
        self._desk.asks("looking at what it needs")
        found = await self._desk.aws.check(
            wanted,
            network=service.network,
            targets=service.targets,
            execute_command=service.enable_execute_command,
        )
        return self._tell_check(found)

    def _tell_check(self, found: Preflight) -> bool:
        """Tell what a look found, and whether nothing is known to be in the way."""
        for problem in found.problems:
            self._desk.say(f"✗ {problem}")
        for each in (*found.not_seen, *found.notes):
            self._desk.say(f"! {each}")
        if found.problems and self._desk.as_json:
            from fargate_kit.cli.failing import error_facts
            from fargate_kit.errors import InvalidSpec

            self._desk.facts({"error": error_facts(InvalidSpec(found.subject, found.problems))})
        return not found.problems

    def _show_changes(
        self,
        service: Service,
        present: TaskDefinition,
        wanted: TaskSpec | TaskDefinition,
        changes: Sequence[Change],
        count: int | None,
    ) -> None:
        from fargate_kit.cli.difference import print_changes
        from fargate_kit.cli.screen import errors

        name = getattr(wanted, "name", None) or f"{wanted.family} (from the file)"
        brings = f"{present.name} → {name}" if name != present.name else f"{name} again"
        self._desk.say(f"{service.name}: {brings}")
        print_changes(errors, changes)
        if count is not None:
            self._desk.say(f"  ~ desired count: {service.desired_count} → {count}")
        under_way = [each for each in service.deployments if each.rollout_state == "IN_PROGRESS"]
        for each in under_way:
            self._desk.say(f"  ! deployment {each.id} is in progress; this one overtakes it")

    async def _nothing_to_do(self, service: Service, present: TaskDefinition) -> int:
        if _newest_state(service) == "IN_PROGRESS":
            self._desk.say(
                f"{service.name} has {present.name}, which does not differ; its deployment "
                f"{service.deployment.id} is in progress"
            )
            return await self._end(service, service.deployment, (), began=True, changed=False)
        if self._desk.as_json:
            from fargate_kit.cli.facts import deployment_facts

            facts = _facts(service, (), changed=False, reason=None)
            self._desk.facts({**facts, "deployment": deployment_facts(service.deployment)})
        else:
            typer.echo(
                f"nothing to do: {service.name} has {present.name}, which does not differ; "
                f"{service.running_count} of {service.desired_count} tasks run"
            )
        return 0

    async def _end(
        self,
        service: Service,
        deployment: Deployment,
        changes: Sequence[Change],
        *,
        began: bool,
        changed: bool = True,
        reason: str | None = None,
    ) -> int:
        from fargate_kit.cli.ending import end_deployment

        return await end_deployment(
            self._desk,
            service,
            deployment,
            timeout=self._wish.timeout,
            began=began,
            facts=_facts(service, changes, changed=changed, reason=reason),
        )


def _newest_state(service: Service) -> str | None:
    """Return how the newest deployment stands; None of a service that is being deleted."""
    states = [each.rollout_state for each in service.deployments if each.status == "PRIMARY"]
    return states[0] if states else None


def _facts(
    service: Service, changes: Sequence[Change], *, changed: bool, reason: str | None
) -> dict[str, Any]:
    from fargate_kit.cli.facts import change_facts

    return {
        "service": service.arn,
        "changed": changed,
        "changes": change_facts(changes),
        "reason": reason,
    }
