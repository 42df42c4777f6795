"""`postgres`."""

from __future__ import annotations

from fargate_kit.sim.workloads.dates import format_time
from fargate_kit.sim.workloads.image import SHELL_PROGRAMS, Image, hand_over
from fargate_kit.sim.workloads.images.serving import ends_on, listen, speaks_no_http, version_of
from fargate_kit.sim.workloads.process import FOREVER, Process, Running

_PORT = 5432
_DATA = "/var/lib/postgresql/data"
_VERSION = "17"


def _tell(process: Process, text: str, after: float = 0.0) -> str:
    now = process.now(after)
    at = f"{format_time(now, '%Y-%m-%d %H:%M:%S')}.{now.microsecond // 1000:03} UTC"
    return f"{at} [{process.pid}] LOG:  {text}"


def _entry_point(process: Process) -> Running:
    words = process.arguments[1:]
    if not words or words[0].startswith("-"):
        words = ("postgres", *words)
    if words[0] == "postgres":
        status = yield from _prepare(process)
        if status:
            return status
    return (yield from hand_over(process, words))


def _prepare(process: Process) -> Running:
    environment = process.environment
    data = environment.get("PGDATA", _DATA)
    files = process.launch.inside.files
    if files.read(f"{data}/PG_VERSION") is not None:
        yield from process.say("PostgreSQL has a database already", 0.1)
        return 0
    trust = environment.get("POSTGRES_HOST_AUTH_METHOD") == "trust"
    if not environment.get("POSTGRES_PASSWORD") and not trust:
        for text in (
            "Error: there is no database yet, and the superuser has no password.",
            "       Set POSTGRES_PASSWORD to one that is not empty,",
            "       or POSTGRES_HOST_AUTH_METHOD=trust to let everybody in (not recommended).",
        ):
            yield from process.say(text, 0.0, 2)
        return 1
    if trust:
        yield from process.say("WARNING: everybody may connect without a password", 0.1, 2)
    yield from process.say(f"a new database cluster is made in {data}", 0.3)
    user = environment.get("POSTGRES_USER", "postgres")
    yield from process.say(f"its superuser is {user}", 2.0)
    database = environment.get("POSTGRES_DB", user)
    if database != "postgres":
        yield from process.say(f"database {database} is made", 0.5)
    files.write(f"{data}/PG_VERSION", f"{version_of(process.launch, _VERSION)}\n")
    yield from process.say("PostgreSQL is prepared and starts for good", 0.5)
    return 0


def _server(process: Process) -> Running:
    version = version_of(process.launch, _VERSION)
    ends_on(
        process,
        "INT TERM QUIT",
        lambda after: _tell(process, "asked to shut down: connections are ended", after),
        lambda after: _tell(process, "the database system is shut down", after),
        port=_PORT,
        seconds=0.6,
        number=2,
    )
    yield from process.say(_tell(process, f"PostgreSQL {version} starts", 0.2), 0.2, 2)
    yield from process.say(_tell(process, f"it listens on 0.0.0.0, port {_PORT}"), 0.0, 2)
    listen(process, _PORT, speaks_no_http)
    yield from process.say(_tell(process, "ready to accept connections", 0.3), 0.3, 2)
    yield FOREVER
    return 0


def _is_ready(process: Process) -> Running:
    ready = _PORT in process.launch.inside.listeners
    text = "accepting connections" if ready else "no response"
    yield from process.write(f"/var/run/postgresql:{_PORT} - {text}\n")
    return 0 if ready else 2


POSTGRES = Image(
    image_size=155.0,
    entry_point=("docker-entrypoint.sh",),
    command=("postgres",),
    programs={
        **SHELL_PROGRAMS,
        "docker-entrypoint.sh": _entry_point,
        "pg_isready": _is_ready,
        "postgres": _server,
    },
    stop_signal="INT",
)
"""The official image of PostgreSQL."""
