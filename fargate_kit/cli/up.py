"""`fargate-kit up`: a cluster, and on request a network of its own for its tasks."""

from __future__ import annotations

from typing import Annotated

import typer

from fargate_kit.cli.desk import Desk, at_desk
from fargate_kit.cli.settings import AsJson, ClusterName, EndpointUrl, Profile, Region, Yes
from fargate_kit.cli.up_options import CIDR, Wish, ports_of, sources_of, tags_of
from fargate_kit.cli.which_cluster import ClusterArgument, meant

__all__ = ["up"]


def up(
    context: typer.Context,
    name: ClusterArgument = None,
    network: Annotated[
        bool,
        typer.Option("--network", help="Make a VPC for its tasks, with public subnets."),
    ] = False,
    zones: Annotated[
        int | None,
        typer.Option(
            "--zones", min=1, max=16, metavar="COUNT", help="Of the VPC; by default 2 zones."
        ),
    ] = None,
    cidr: Annotated[
        str | None,
        typer.Option("--cidr", metavar="RANGE", help=f"Of the VPC; by default {CIDR}."),
    ] = None,
    ports: Annotated[
        list[str] | None,
        typer.Option(
            "--port", metavar="PORT", help="Open it, or a range such as 8000-8010; repeatable."
        ),
    ] = None,
    open_to: Annotated[
        list[str] | None,
        typer.Option(
            "--open-to",
            metavar="SOURCE",
            help="To this address, range or security group; `anywhere` is the whole internet; "
            "repeatable.",
        ),
    ] = None,
    capacity_providers: Annotated[
        list[str] | None,
        typer.Option(
            "--capacity-provider",
            metavar="NAME",
            help="What its tasks may ask for; repeatable; by default FARGATE and FARGATE_SPOT.",
        ),
    ] = None,
    tags: Annotated[
        list[str] | None,
        typer.Option("--tag", metavar="KEY=VALUE", help="Of all that is made; repeatable."),
    ] = None,
    yes: Yes = False,
    cluster: ClusterName = "default",
    as_json: AsJson = False,
    region: Region = None,
    profile: Profile = None,
    endpoint_url: EndpointUrl = None,
) -> None:
    """Make a cluster, and with --network a network of its own for its tasks.

    What is there is kept. What was asked for and differs from what is there is told, and nothing is
    made then. Nothing of it costs anything until tasks run; their public addresses do. `down` takes
    away what was made. In the network nobody is let in but who is named by --open-to; before what
    was open is closed, it asks.

    \b
    Examples:
      fargate-kit up prod
      fargate-kit up --network --port 80 --open-to anywhere
      fargate-kit up prod --network --zones 3 --tag team=web
    """
    which = meant(context, name, cluster)
    _check_together(
        network, {"--zones": zones, "--cidr": cidr, "--port": ports, "--open-to": open_to}
    )
    if bool(ports) != bool(open_to):
        missing = "--open-to" if ports else "--port"
        raise typer.BadParameter(
            "say which port is opened to whom: --port and --open-to", param_hint=missing
        )
    wish = Wish(
        cluster=which.name,
        network=network,
        zones=zones,
        cidr=cidr,
        ports=ports_of(ports or ()),
        open_to=sources_of(open_to or ()),
        capacity_providers=tuple(capacity_providers or ()),
        tags=tags_of(tags or ()),
        yes=yes,
    )

    from fargate_kit.cli.bringing_up import BringingUp

    async def work(desk: Desk) -> int:
        return await BringingUp(desk, wish).go()

    at_desk(
        work,
        region=region,
        profile=profile,
        endpoint_url=endpoint_url,
        as_json=as_json,
        changes=True,
    )


def _check_together(network: bool, given: dict[str, object]) -> None:
    for option, value in given.items():
        if value and not network:
            raise typer.BadParameter("it is about the network: give --network", param_hint=option)
