"""What the built-in images do: start, speak, end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from fargate_kit.sim.workloads import Image
from fargate_kit.sim.workloads.images import built_in_images

if TYPE_CHECKING:
    from tests.sim.workloads.conftest import Play

PASSWORDS = {
    "mysql": {"MYSQL_ROOT_PASSWORD": "secret"},
    "mysql:8.4": {"MYSQL_ALLOW_EMPTY_PASSWORD": "yes"},
    "mariadb": {"MARIADB_ROOT_PASSWORD": "secret"},
    "mariadb:11": {"MYSQL_ROOT_PASSWORD": "secret"},
    "postgres": {"POSTGRES_PASSWORD": "secret"},
    "postgres:17-alpine": {"POSTGRES_HOST_AUTH_METHOD": "trust"},
}
SERVERS = (
    "wordpress",
    "httpd",
    "nginx",
    "redis",
    "valkey/valkey",
    "amazon/amazon-ecs-sample",
    "public.ecr.aws/ecs-sample-image/amazon-ecs-sample",
    "tutum/hello-world",
    *PASSWORDS,
)


@pytest.mark.parametrize("image", SERVERS)
def test_a_server_starts_runs_and_ends_gracefully(play: Play, image: str) -> None:
    """A server says that it is up, goes on without a step, and ends with 0 when asked to."""
    container = play(image, environment=PASSWORDS.get(image, {})).run()
    assert container.exit is None
    assert container.lines
    assert container.now < 20.0
    container.run(1000.0)
    started, before = container.now, len(container.lines)
    container.stop()
    assert container.code == 0
    assert container.exited_at is not None
    assert 0.0 < container.exited_at - started < 5.0
    if "hello-world" not in image:
        assert len(container.lines) > before


@pytest.mark.parametrize("image", SERVERS)
def test_a_server_does_the_same_every_time(play: Play, image: str) -> None:
    """The same launch gives the same lines at the same moments."""
    environment = PASSWORDS.get(image, {})
    first, second = (play(image, environment=environment).run(50.0).stop() for _ in range(2))
    assert first.said == second.said
    assert first.exited_at == second.exited_at


def test_lines_carry_the_time_at_which_they_are_said(play: Play) -> None:
    """A server that is stopped an hour later says so with that time."""
    container = play("nginx").run(3600.0).stop()
    stamped = [line for line in container.lines if line.startswith("2027/")]
    assert stamped[0].startswith("2027/01/15 08:00:00 ")
    assert stamped[-1].startswith("2027/01/15 09:00:00 ")


@pytest.mark.parametrize(
    ("image", "names"),
    [
        ("mysql:8", ["MYSQL_ROOT_PASSWORD", "MYSQL_ALLOW_EMPTY_PASSWORD", "MYSQL_RANDOM_ROOT"]),
        ("mariadb", ["MARIADB_ROOT_PASSWORD", "MARIADB_ALLOW_EMPTY_ROOT", "MARIADB_RANDOM_ROOT"]),
        ("postgres:17", ["POSTGRES_PASSWORD", "POSTGRES_HOST_AUTH_METHOD"]),
    ],
)
def test_a_database_without_a_password_exits_1_and_says_what_is_missing(
    play: Play, image: str, names: list[str]
) -> None:
    """The last lines name the variables of which one must be set."""
    container = play(image, environment={"OTHER": "x"}).run()
    assert container.code == 1
    text = "\n".join(container.errors)
    assert [name for name in names if name not in text] == []


@pytest.mark.parametrize("image", ["mysql", "mariadb"])
def test_an_empty_password_is_none(play: Play, image: str) -> None:
    """A variable that is set to nothing does not count."""
    assert play(image, environment={"MYSQL_ROOT_PASSWORD": ""}).run().code == 1


def test_a_random_password_is_seeded(play: Play) -> None:
    """The password comes from the container's own stream, and no other password is shown."""
    environment = {"MYSQL_RANDOM_ROOT_PASSWORD": "1"}
    first, second = (play("mysql", environment=environment).run() for _ in range(2))
    drawn = re.findall(r"GENERATED ROOT PASSWORD: (\w+)", "\n".join(first.lines))
    assert len(drawn[0]) == 32
    assert first.lines == second.lines


@pytest.mark.parametrize("image", [*PASSWORDS, "wordpress"])
def test_a_secret_never_gets_into_the_log(play: Play, image: str) -> None:
    """What the environment keeps secret is not written."""
    environment = {**PASSWORDS.get(image, {}), "WORDPRESS_DB_PASSWORD": "secret"}
    container = play(image, environment=environment).run(60.0).stop()
    assert "secret" not in "\n".join(container.lines)


def test_mysql_makes_what_the_environment_names(play: Play) -> None:
    """Database and user are made, and the server listens on 3306."""
    environment = {
        "MYSQL_ROOT_PASSWORD": "x",
        "MYSQL_DATABASE": "shop",
        "MYSQL_USER": "clerk",
    }
    text = "\n".join(play("mysql:8.4", environment=environment).run().lines)
    assert "database shop is made" in text
    assert "user clerk is made" in text
    assert "3306" in text
    assert "8.4" in text


def test_options_alone_are_options_of_the_server(play: Play) -> None:
    """A command that begins with a dash goes to the image's own server."""
    mysql = play("mysql", "--max-connections=5", environment=PASSWORDS["mysql"]).run()
    postgres = play("postgres", "-c", "fsync=off", environment=PASSWORDS["postgres"]).run()
    redis = play("redis", "--port", "7000").run()
    assert (mysql.exit, postgres.exit, redis.exit) == (None, None, None)
    assert "port 7000" in redis.lines[-1]


def test_wordpress_copies_itself_and_tells_of_its_database(play: Play) -> None:
    """The variables decide whether there is a configuration, and what it names."""
    plain = play("wordpress").run()
    environment = {"WORDPRESS_DB_HOST": "db.internal:3307", "WORDPRESS_DB_USER": "wp"}
    told = play("wordpress", environment=environment).run()
    assert any("/var/www/html" in line for line in plain.lines)
    assert not any("wp-config" in line for line in plain.lines)
    text = "\n".join(told.lines)
    assert "'db.internal:3307'" in text
    assert "'wp'" in text


def test_another_command_does_not_set_wordpress_up(play: Play) -> None:
    """The entry point only prepares for Apache."""
    assert play("wordpress", "sh", "-c", "echo only me").run().lines == ["only me"]


@pytest.mark.parametrize("image", ["httpd", "amazon/amazon-ecs-sample", "nginx"])
def test_a_server_in_the_background_ends_its_container(play: Play, image: str) -> None:
    """A server that is not told to stay in the foreground leaves nothing to run for."""
    program = "nginx" if image == "nginx" else "httpd"
    assert play(image, program).run().code == 0


def test_a_server_in_the_background_goes_on_while_the_shell_does(play: Play) -> None:
    """Under a shell that stays, the server answers."""
    container = play("nginx", "sh", "-c", "nginx; sleep 100").run(5.0)
    assert container.get().status == 200
    assert container.run().code == 0


@pytest.mark.parametrize("image", ["nginx", "wordpress", "mysql", "postgres", "redis", "bash"])
def test_an_entry_point_alone_takes_its_own_default(play: Play, image: str) -> None:
    """An entry point of the image without a command runs its server, or ends with 0."""
    name = "/docker-entrypoint.sh" if image == "nginx" else "docker-entrypoint.sh"
    container = play(image, entry_point=(name,), environment=PASSWORDS.get(image, {})).run()
    ends = image in {"nginx", "wordpress", "bash"}
    assert container.code == (0 if ends else None)


def test_hello_world_greets_and_ends(play: Play) -> None:
    """It prints, ends with 0, and has no shell in it."""
    container = play("hello-world").run()
    assert container.code == 0
    assert any("Hello" in line for line in container.lines)
    shell = play("hello-world", "sh", "-c", "echo x").run()
    assert shell.exit is not None
    assert shell.exit.code == 127
    assert '"sh"' in (shell.exit.reason or "")
    assert shell.lines == []


@pytest.mark.parametrize(
    "image", ["busybox", "alpine:3", "debian:12", "ubuntu", "bash:5", "amazonlinux:2023"]
)
def test_a_shell_image_without_a_command_ends_at_once(play: Play, image: str) -> None:
    """Nobody types into the shell, so that it ends with 0."""
    container = play(image).run()
    assert (container.code, container.lines, container.now) == (0, [], 0.0)


@pytest.mark.parametrize(
    "image", ["busybox", "alpine:3", "debian:12", "ubuntu", "bash:5", "amazonlinux:2023"]
)
def test_a_shell_image_obeys_its_command(play: Play, image: str) -> None:
    """In shell form, in exec form, and by a path."""
    assert play(image, "sh", "-c", "echo $((6*7)); exit 3").run().lines == ["42"]
    assert play(image, "/bin/echo", "a", "b").run().lines == ["a b"]
    assert play(image, "date", "+%s").run().lines == ["1800000000"]
    assert play(image, "false").run().code == 1


def test_a_missing_program_cannot_be_started(play: Play) -> None:
    """A container whose program is not in the image ends with 127 and a reason."""
    container = play("busybox", "nosuch", "--flag").run()
    assert container.code == 127
    assert container.exit is not None
    assert "nosuch" in (container.exit.reason or "")


def test_an_entry_point_makes_the_images_command_void(play: Play) -> None:
    """As with Docker, a new entry point runs without the image's own command."""
    assert play("nginx", entry_point=("echo", "mine")).run().lines == ["mine"]
    assert play("nginx", "x", entry_point=("echo",)).run().lines == ["x"]


@pytest.mark.parametrize(
    ("image", "command"),
    [
        ("python:3.13", ("python", "app.py")),
        ("python:3.13", ("python", "-c", "print(1)")),
        ("python", ("gunicorn", "app:app")),
        ("node:22", ("node", "server.js")),
        ("node:22", ("npm", "start")),
        ("nginx", ("nginx", "-T")),
        ("httpd", ("httpd", "-t")),
        ("wordpress", ("wp", "cron", "run")),
        ("mysql", ("mysqldump", "--all-databases")),
    ],
)
def test_what_is_not_simulated_is_said(play: Play, image: str, command: tuple[str, ...]) -> None:
    """A program whose behaviour is not known says so in the log, and exits 127."""
    container = play(image, *command).run()
    assert container.code == 127
    assert len(container.errors) == 1
    assert "not simulated" in container.errors[0]


@pytest.mark.parametrize(
    ("image", "command", "lines"),
    [
        ("python:3.13", ("python", "--version"), ["Python 3.13"]),
        ("node:22-slim", ("node", "-v"), ["v22"]),
        ("python", (), []),
        ("node", (), []),
    ],
)
def test_a_language_does_what_it_can_without_a_program(
    play: Play, image: str, command: tuple[str, ...], lines: list[str]
) -> None:
    """It tells its version, and without anything to do it ends with 0."""
    container = play(image, *command).run()
    assert (container.code, container.lines) == (0, lines)


def test_a_python_http_server_does_not_hear_sigterm_as_pid_1(play: Play) -> None:
    """It serves its directory, and has to be killed."""
    container = play("python", "python", "-m", "http.server", "9000").run(5.0)
    assert "9000" in container.lines[0]
    assert container.get().status == 200
    assert container.stop(30.0).code == 137


@pytest.mark.parametrize(
    "command", [(), ("--month", "08"), ("python", "app.py"), ("sh", "/app/start.sh")]
)
def test_an_unknown_image_says_so_once_and_runs(play: Play, command: tuple[str, ...]) -> None:
    """One line with the command, then nothing until SIGTERM, which it obeys."""
    container = play("acme/report:7", *command).run(1000.0)
    assert container.exit is None
    assert len(container.lines) == 1
    assert "acme/report:7" in container.lines[0]
    assert (" ".join(command) or "none of its own") in container.lines[0]
    assert container.stop().code == 0


@pytest.mark.parametrize(
    ("members", "lines", "code"),
    [
        ({"command": ("sh", "-c", "echo hi; exit 5")}, ["hi"], 5),
        ({"command": ("bash", "-ec", "echo hi; false")}, ["hi"], 1),
        ({"entry_point": ("/bin/sh", "-c"), "command": ("echo $A",)}, ["b"], 0),
        ({"command": ("sleep", "3")}, [], 0),
        ({"command": ("echo", "a")}, ["a"], 0),
        ({"command": ("sh",)}, [], 0),
    ],
)
def test_an_unknown_image_obeys_an_explicit_shell(
    play: Play, members: dict[str, Any], lines: list[str], code: int
) -> None:
    """What the shell knows is run, whatever the image is."""
    container = play("acme/report:7", environment={"A": "b"}, **members).run()
    assert (container.lines, container.code) == (lines, code)


def test_every_built_in_image_has_a_believable_size() -> None:
    """A pull takes some time, and less than a minute at 12 MB/s."""
    sizes = {pattern: image.image_size for pattern, image in built_in_images()}
    assert all(0 < size < 700 for size in sizes.values())
    assert sizes["hello-world"] < sizes["busybox"] < sizes["nginx"] < sizes["node"]


def test_a_container_can_be_started_again(play: Play) -> None:
    """A restart with the same launch begins anew, with the files it had."""
    container = play("mysql", environment=PASSWORDS["mysql"]).run(60.0)
    first = list(container.lines)
    container.said.clear()
    container.start().run(60.0)
    assert 0 < len(container.lines) < len(first)
    assert container.check("CMD", "mysqladmin", "ping") == 0


def test_images_are_values() -> None:
    """No container changes its image."""
    assert all(isinstance(image, Image) for _, image in built_in_images())
    assert list(built_in_images()) == list(built_in_images())
