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
