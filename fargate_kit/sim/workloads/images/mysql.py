"""`mysql` and `mariadb`."""

from __future__ import annotations

import string
from dataclasses import dataclass

from fargate_kit.sim.workloads.dates import format_time
from fargate_kit.sim.workloads.image import SHELL_PROGRAMS, Image, hand_over
from fargate_kit.sim.workloads.images.serving import ends_on, listen, speaks_no_http, version_of
from fargate_kit.sim.workloads.process import FOREVER, Process, Program, Running

_PORT = 3306
_DATA = "/var/lib/mysql"
_LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True, kw_only=True)
class _Family:
    """In what MySQL and MariaDB differ.

    Args:
        title: What it calls itself.
        server: The name of the server's program.
        version: For tags without a version.
        prefixes: With which the variables of its image begin.
        more: What else lets it start without a password, without prefix.
    """

    title: str
    server: str
    version: str
    prefixes: tuple[str, ...]
    more: tuple[str, ...] = ()

    def variable(self, process: Process, name: str) -> str:
        """Give the value of a variable, whatever its prefix; empty if there is none."""
        values = (process.environment.get(f"{prefix}_{name}", "") for prefix in self.prefixes)
        return next((value for value in values if value), "")

    def choices(self) -> list[str]:
        """Name the variables of which one must be set."""
        names = ("ROOT_PASSWORD", *self.more, "ALLOW_EMPTY_ROOT_PASSWORD", "RANDOM_ROOT_PASSWORD")
        if self.server == "mysqld":
            names = ("ROOT_PASSWORD", "ALLOW_EMPTY_PASSWORD", "RANDOM_ROOT_PASSWORD")
        return [f"{self.prefixes[0]}_{name}" for name in names]


_MYSQL = _Family(title="MySQL", server="mysqld", version="9.4", prefixes=("MYSQL",))
_MARIADB = _Family(
    title="MariaDB",
    server="mariadbd",
    version="12.0",
    prefixes=("MARIADB", "MYSQL"),
    more=("ROOT_PASSWORD_HASH",),
)


def _tell(process: Process, kind: str, who: str, text: str, after: float) -> str:
    at = format_time(process.now(after), "%Y-%m-%d %H:%M:%S+00:00")
    return f"{at} [{kind}] [{who}]: {text}"


def _entry_point(family: _Family) -> Program:
    def run(process: Process) -> Running:
        words = process.arguments[1:]
        if not words or words[0].startswith("-"):
            words = (family.server, *words)
        if words[0] in {"mysqld", "mariadbd"}:
            status = yield from _prepare(process, family)
            if status:
                return status
        return (yield from hand_over(process, words))

    return run


def _prepare(process: Process, family: _Family) -> Running:
    version = version_of(process.launch, family.version)

    def say(text: str, after: float, kind: str = "Note") -> Running:
        yield from process.say(_tell(process, kind, "Entrypoint", text, after), after, 2)
        return 0

    yield from say(f"the start of {family.title} Server {version} begins", 0.2)
    if process.launch.inside.files.is_directory(f"{_DATA}/mysql"):
        return 0
    empty = family.variable(process, "ALLOW_EMPTY_PASSWORD") or family.variable(
        process, "ALLOW_EMPTY_ROOT_PASSWORD"
    )
    password = family.variable(process, "ROOT_PASSWORD")
    drawn = family.variable(process, "RANDOM_ROOT_PASSWORD")
    if not (empty or password or drawn or any(family.variable(process, n) for n in family.more)):
        text = "there is no database yet, and how root signs in to a new one is not said"
        yield from say(text, 0.3, "ERROR")
        yield from process.say("    Set one of these environment variables:", 0.0, 2)
        for name in family.choices():
            yield from process.say(f"    - {name}", 0.0, 2)
        return 1
    yield from say("a new database is made", 0.3)
    yield from say(f"the files of the database are in {_DATA}", 4.0)
    process.launch.inside.files.make_directory(f"{_DATA}/mysql")
    if drawn and not password:
        chosen = "".join(process.launch.random.choice(_LETTERS) for _ in range(32))
        yield from say(f"GENERATED ROOT PASSWORD: {chosen}", 1.0)
    for kind, what in (("DATABASE", "database"), ("USER", "user")):
        name = family.variable(process, kind)
        if name:
            yield from say(f"{what} {name} is made", 0.3)
    yield from say(f"{family.title} is prepared and starts for good", 1.5)
    return 0


def _server(family: _Family) -> Program:
    def run(process: Process) -> Running:
        name = f"/usr/sbin/{family.server}"
        version = version_of(process.launch, family.version)

        def tell(text: str, after: float) -> str:
            return _tell(process, "System", "Server", f"{name}: {text}", after)

        ends_on(
            process,
            "TERM",
            lambda after: tell(f"shuts down ({version})", after),
            lambda after: tell(f"shutdown complete ({version})", after),
            port=_PORT,
            seconds=1.5,
            number=2,
        )
        yield from process.say(tell(f"starts as process {process.pid} ({version})", 0.3), 0.3, 2)
        yield from process.say(tell("the storage engine InnoDB is up", 1.2), 1.2, 2)
        listen(process, _PORT, speaks_no_http)
        yield from process.say(tell(f"ready for connections on port {_PORT}", 0.3), 0.3, 2)
        yield FOREVER
        return 0

    return run


def _ping(process: Process) -> Running:
    if _PORT in process.launch.inside.listeners:
        yield from process.write("mysqld is alive\n")
        return 0
    name = process.arguments[0]
    return (yield from process.complain(f"{name}: connect to server at 'localhost' failed"))


def _image(family: _Family, size: float) -> Image:
    server = _server(family)
    return Image(
        image_size=size,
        entry_point=("docker-entrypoint.sh",),
        command=(family.server,),
        programs={
            **SHELL_PROGRAMS,
            "docker-entrypoint.sh": _entry_point(family),
            "healthcheck.sh": _ping,
            "mariadb-admin": _ping,
            "mariadbd": server,
            "mysqladmin": _ping,
            "mysqld": server,
        },
    )


MYSQL = _image(_MYSQL, 240.0)
"""The official image of MySQL."""

MARIADB = _image(_MARIADB, 115.0)
"""The official image of MariaDB."""
