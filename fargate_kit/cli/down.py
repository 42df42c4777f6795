"""`fargate-kit down`: a cluster and what `up` made for it, taken down to nothing."""

from __future__ import annotations

from typing import Annotated

import typer

from fargate_kit.cli.desk import Desk, at_desk
from fargate_kit.cli.settings import AsJson, ClusterName, EndpointUrl, Profile, Region, Yes
from fargate_kit.cli.which_cluster import ClusterArgument, meant

__all__ = ["down"]


def down(
    context: typer.Context,
    name: ClusterArgument = None,
    force: Annotated[
        bool,
        typer.Option("--force", "-f", help="Delete the services and stop the tasks in it as well."),
    ] = False,
    yes: Yes = False,
    cluster: ClusterName = "default",
    as_json: AsJson = False,
    region: Region = None,
    profile: Profile = None,
    endpoint_url: EndpointUrl = None,
) -> None:
    """Delete a cluster and the network that `up` made for it, and prove that nothing is left.

    It lists what goes and asks first; --force does not keep it from asking, as that of the ECS CLI
    did, --yes does. A cluster that `up` did not make is deleted if it is named and nothing is in
    it. What others put into the network is told, and nothing is deleted then. It may be run again
    at any time, also after Ctrl-C.

    \b
    Examples:
      fargate-kit down prod
      fargate-kit down prod --force --yes
    """
    from fargate_kit.cli.taking_down import TakingDown

    which = meant(context, name, cluster)

    async def work(desk: Desk) -> int:
        return await TakingDown(desk, which, force=force, yes=yes).go()

    at_desk(
        work,
        region=region,
        profile=profile,
        endpoint_url=endpoint_url,
        as_json=as_json,
        changes=True,
    )
