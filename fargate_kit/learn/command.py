"""What the command line says, for a notebook: the same account, without a terminal."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from html import escape

import anyio

from fargate_kit.connections.connection import Connection
from fargate_kit.errors import ConfigurationError
from fargate_kit.learn.picture import Picture
from fargate_kit.learn.reading import badge_of
from fargate_kit.learn.views.frame import SIMULATED, figure

__all__ = ["run_command"]

NAME = "fargate-kit"
# As wide as a figure of the course is.
COLUMNS = "110"
# A notebook's kernel asks for colours by these, as if its output were a terminal.
FORCING = ("FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE", "TTY_INTERACTIVE")


async def run_command(aws: Connection, line: str) -> Picture:
    """Run a line such as `fargate-kit compose ps` against a connection's account.

    Args:
        line: As one would type it; nothing but `fargate-kit`, and no shell reads it.

    Raises:
        ConfigurationError: It is no line of `fargate-kit`.
    """
    words = shlex.split(line)
    if not words or words[0] != NAME:
        raise ConfigurationError(f"{line!r} does not begin with {NAME}: only that is run here")
    done = await anyio.run_process(
        [sys.executable, "-m", "fargate_kit", *words[1:]],
        check=False,
        env=_environment(aws),
        input=b"",
    )
    said = (done.stdout + done.stderr).decode("utf-8", "replace").rstrip()
    shown = [f"$ {line}", *([said] if said else [])]
    if done.returncode:
        shown.append(f"(exit code {done.returncode})")
    text = "\n".join(shown)
    body = (
        f'<div role="group" tabindex="0" aria-label="{escape(line)}" style="padding:8px;'
        'background:#f6f8fa;color:#1b1f24;border-radius:6px;overflow:auto">'
        f'<pre style="margin:0;font-size:12.5px;line-height:1.5">{escape(text)}</pre></div>'
    )
    return Picture(text, figure(body, caption="Command line", badge=badge_of(aws._session)))


def _environment(aws: Connection) -> Mapping[str, str]:
    """Return the standard variables of AWS that lead to the same account."""
    environment = {
        **os.environ,
        "AWS_REGION": aws.region,
        "COLUMNS": COLUMNS,
        "NO_COLOR": "1",
        "PYTHONIOENCODING": "utf-8",
        "TERM": "dumb",
    }
    for name in FORCING:
        environment.pop(name, None)
    url = aws._session.api.endpoint_url
    if url is not None:
        environment["AWS_ENDPOINT_URL"] = url
    if badge_of(aws._session) == SIMULATED:
        # Any words do; a profile of the learner's would lead elsewhere.
        environment |= {"AWS_ACCESS_KEY_ID": "simulated", "AWS_SECRET_ACCESS_KEY": "simulated"}
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
            environment.pop(name, None)
    return environment
