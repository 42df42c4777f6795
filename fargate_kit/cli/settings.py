"""The options that say which AWS is meant, the same for every command."""

from __future__ import annotations

from typing import Annotated

import typer

Region = Annotated[
    str | None,
    typer.Option("--region", help="AWS region; by default AWS_REGION or the profile's."),
]
Profile = Annotated[
    str | None, typer.Option("--profile", help="Profile of the AWS configuration files.")
]
EndpointUrl = Annotated[
    str | None,
    typer.Option(
        "--endpoint-url", help="Where to send every call instead of AWS, such as a simulator's URL."
    ),
]
AsJson = Annotated[
    bool,
    typer.Option("--json", help='Print facts as one JSON object, an error as {"error": …} too.'),
]
ClusterName = Annotated[
    str,
    typer.Option(
        "--cluster",
        "-c",
        envvar="FARGATE_KIT_CLUSTER",
        help="The cluster's name or ARN.",
    ),
]
ServiceName = Annotated[str, typer.Argument(metavar="SERVICE", help="The service's name or ARN.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Detach = Annotated[bool, typer.Option("--detach", "-d", help="Do not wait until AWS has done it.")]
Timeout = Annotated[
    str,
    typer.Option("--timeout", metavar="TIME", help="Wait so long, such as 90s, 10m or 1h."),
]
