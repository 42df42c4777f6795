"""`fargate-kit cost`: what a task definition or a service costs by list prices."""

from __future__ import annotations

import os
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from fargate_kit.cli.desk import Desk, at_desk
from fargate_kit.cli.failing import json_text
from fargate_kit.cli.settings import AsJson, ClusterName, EndpointUrl, Profile, Region
from fargate_kit.cli.times import seconds_of

if TYPE_CHECKING:
    from fargate_kit.model.pricing import Estimate


def cost(
    what: Annotated[
        str,
        typer.Argument(
            metavar="FILE|NAME|SERVICE",
            help="A task definition file (.json, or -), a registered family:revision, or a "
            "service.",
        ),
    ],
    time: Annotated[
        str | None,
        typer.Option("--for", metavar="TIME", help="For a total, such as 90s, 30m, 8h or 30d."),
    ] = None,
    count: Annotated[
        int | None,
        typer.Option(
            "--count", min=0, help="How many tasks; by default 1, or the service's own count."
        ),
    ] = None,
    spot: Annotated[
        bool, typer.Option("--spot", help="On FARGATE_SPOT; a service says that itself.")
    ] = False,
    public_ip: Annotated[
        bool,
        typer.Option(
            "--public-ip",
            help="Each with a public address, which costs; a service says that itself.",
        ),
    ] = False,
    cluster: ClusterName = "default",
    as_json: AsJson = False,
    region: Region = None,
    profile: Profile = None,
    endpoint_url: EndpointUrl = None,
) -> None:
    """Estimate costs by AWS's list prices: an estimate, never a bill.

    A file needs no AWS account; nothing is sent. The prices are a table of this package, with its
    date; discounts, traffic, logs and taxes are not in it.

    \b
    Examples:
      fargate-kit cost task.json --for 8h --count 20
      fargate-kit cost web --cluster prod
      fargate-kit cost report:3 --spot --json
    """
    from fargate_kit.cli.finding import is_file

    hours = Decimal(str(seconds_of(time, option="--for"))) / 3600 if time is not None else None
    if is_file(what):
        _show(_of_file(what, region, hours, count, spot=spot, public_ip=public_ip), as_json=as_json)
        return

    async def work(desk: Desk) -> int:
        if ":" in what and ":service/" not in what:
            desk.asks(f"looking for {what}")
            definition = await desk.aws.task_definition(what)
            found = _noted(
                definition.cost(
                    hours=hours,
                    count=1 if count is None else count,
                    capacity_provider="FARGATE_SPOT" if spot else None,
                    public_ip=public_ip,
                ),
                public_ip=public_ip,
            )
        else:
            if spot or public_ip:
                raise typer.BadParameter(
                    "a service says that itself", param_hint="--spot" if spot else "--public-ip"
                )
            found = await service_cost(desk, cluster, what, hours, count)
        desk.waits_for(None)
        _show(found, as_json=as_json)
        return 0

    at_desk(work, region=region, profile=profile, endpoint_url=endpoint_url, as_json=as_json)


async def service_cost(
    desk: Desk, cluster_name: str, name: str, hours: Decimal | None, count: int | None
) -> Estimate:
    """Estimate what a service costs."""
    from fargate_kit.cli.finding import find_cluster, find_service

    service = await find_service(desk, await find_cluster(desk, cluster_name), name)
    desk.asks(f"looking at {service.definition_arn}")
    return await service.cost(hours=hours, count=count)


def _of_file(
    what: str,
    region: str | None,
    hours: Decimal | None,
    count: int | None,
    *,
    spot: bool,
    public_ip: bool,
) -> Estimate:
    from fargate_kit.cli.check import read_spec
    from fargate_kit.errors import ConfigurationError

    where = region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if not where:
        raise ConfigurationError("prices differ by region: give --region, or set AWS_REGION")
    estimate = (
        read_spec(what)
        .check()
        .cost(
            hours=hours,
            count=1 if count is None else count,
            region=where,
            capacity_provider="FARGATE_SPOT" if spot else None,
            public_ip=public_ip,
        )
    )
    return _noted(estimate, public_ip=public_ip)


def _noted(estimate: Estimate, *, public_ip: bool) -> Estimate:
    """Say what a definition cannot tell: whether its tasks have public addresses."""
    if public_ip:
        return estimate
    note = "without public IPv4 addresses, which `run` and `deploy` give by default: --public-ip"
    return replace(estimate, notes=(*estimate.notes, note))


def _show(estimate: Estimate, *, as_json: bool) -> None:
    if as_json:
        import json

        from fargate_kit.cli.facts import estimate_facts

        typer.echo(json.dumps(estimate_facts(estimate), indent=2, default=json_text))
        return
    from rich.text import Text

    from fargate_kit.cli.listing import Column, print_listing
    from fargate_kit.cli.screen import console
    from fargate_kit.model.pricing import HOURS_A_MONTH, dollars

    columns = [
        Column(heading="how many", right=True),
        Column(heading="of what", shrinks=True),
        Column(heading="an hour", right=True),
        Column(heading="a month", right=True),
    ]
    rows: list[list[Text | str]] = [
        [
            f"{line.quantity.normalize():f}",
            line.what + (" (estimated)" if line.estimated else ""),
            dollars(line.per_hour),
            dollars(line.per_hour * HOURS_A_MONTH),
        ]
        for line in estimate.lines
    ]
    sums = dollars(estimate.per_hour), dollars(estimate.per_month)
    rows.append(["", Text("all", style="bold"), *(Text(each, style="bold") for each in sums)])
    print_listing(console, columns, rows)
    if estimate.total is not None:
        about = "about " if estimate.is_estimated else ""
        console.print(f"for that time: {about}[bold]{dollars(estimate.total)}[/]")
    console.print(
        f"{estimate.region}, prices of {estimate.as_of}: {estimate.source}",
        style="bright_black",
        markup=False,
        soft_wrap=True,
    )
    for note in estimate.notes:
        console.print(f"! {note}", style="yellow", markup=False, soft_wrap=True)
