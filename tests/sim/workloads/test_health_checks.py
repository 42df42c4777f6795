"""Health checks run beside the main process, in the same container."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sim.workloads.conftest import Play

CURL = ("CMD-SHELL", "curl -f http://localhost/ || exit 1")


@pytest.mark.parametrize("image", ["httpd", "nginx", "wordpress", "acme/web:1"])
def test_a_server_is_healthy_while_it_is_up(play: Play, image: str) -> None:
    """The usual check fails before the start and after the end, and passes between."""
    container = play(image)
    before = container.check(*CURL)
    container.run()
    during = container.check(*CURL)
    container.stop()
    assert (before, during, container.check(*CURL)) == (int(image != "acme/web:1"), 0, 1)


@pytest.mark.parametrize(
    ("image", "environment", "command"),
    [
        ("mysql", {"MYSQL_ROOT_PASSWORD": "x"}, ("CMD-SHELL", "mysqladmin ping -h localhost")),
        ("mariadb", {"MARIADB_ROOT_PASSWORD": "x"}, ("CMD", "healthcheck.sh", "--connect")),
        ("postgres", {"POSTGRES_PASSWORD": "x"}, ("CMD-SHELL", "pg_isready -U postgres")),
        ("redis", {}, ("CMD-SHELL", "redis-cli ping")),
        ("redis", {}, ("CMD-SHELL", "[ $(redis-cli ping) = PONG ]")),
    ],
)
def test_a_database_answers_its_own_client(
    play: Play, image: str, environment: dict[str, str], command: tuple[str, ...]
) -> None:
    """The image's own client tells when the server is ready."""
    container = play(image, environment=environment)
    assert container.check(*command) != 0
    container.run()
    assert container.check(*command) == 0


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("CMD-SHELL", "exit 0"), 0),
        (("CMD-SHELL", "exit 1"), 1),
        (("CMD-SHELL", "exit 3"), 3),
        (("CMD", "true"), 0),
        (("CMD", "false"), 1),
        (("CMD", "sh", "-c", "exit 4"), 4),
        (("false",), 1),
        (("CMD",), 0),
        ((), 0),
        (("CMD-SHELL", "if"), 2),
        (("CMD-SHELL", "sleep 59"), 0),
        (("CMD-SHELL", "sleep 61"), 1),
        (("CMD-SHELL", "sleep infinity"), 1),
        (("CMD-SHELL", "while :; do :; done"), 1),
        (("CMD", "tail", "-f", "/dev/null"), 1),
        (("CMD-SHELL", "kill -9 $$"), 137),
        (("CMD-SHELL", "echo x >&-"), 1),
    ],
)
def test_the_command_decides(play: Play, command: tuple[str, ...], code: int) -> None:
    """The exit code is the command's; one that takes too long has failed."""
    assert play("acme/web:1").run(1.0).check(*command) == code


def test_a_file_decides(play: Play) -> None:
    """A script can turn its own health on and off."""
    check = ("CMD-SHELL", "test -f /tmp/healthy || exit 1")
    container = play.sh("sleep 10; touch /tmp/healthy; sleep 10; rm /tmp/healthy; sleep 10")
    results = []
    for _ in range(6):
        results.append(container.run(4.9).check(*check))
    assert results == [1, 1, 0, 0, 1, 1]


def test_a_check_can_leave_something_behind(play: Play) -> None:
    """It runs in the same container, with the same files and variables."""
    container = play.sh("sleep 1; cat /tmp/left; sleep 1", environment={"WHO": "me"})
    assert container.check("CMD-SHELL", "echo $WHO $HOSTNAME > /tmp/left") == 0
    assert container.run().lines == ["me ip-10-0-0-12"]


def test_a_check_does_not_disturb_the_main_process(play: Play) -> None:
    """Its output, its time, its signals and its traps are its own."""
    script = "while true; do printf tick; sleep 1; echo; done"
    quiet, checked = play.sh(script), play.sh(script)
    for _ in range(5):
        quiet.run(0.7)
        checked.run(0.7)
        assert checked.check("CMD-SHELL", "trap 'exit 0' TERM; echo loud; sleep 3; date") == 0
    assert quiet.said == checked.said
    assert checked.stop(3.0).code == 137


@pytest.mark.parametrize(
    ("image", "command", "code"),
    [
        ("acme/web:1", "/app/healthcheck --quick", 0),
        ("acme/web:1", "nc -z localhost 80 || exit 1", 0),
        ("wordpress", "php -v", 0),
        ("busybox", "nosuch", 127),
        ("busybox", "nosuch || exit 1", 1),
        ("hello-world", "true", 127),
    ],
)
def test_a_check_that_is_not_simulated_passes_where_it_may_exist(
    play: Play, image: str, command: str, code: int
) -> None:
    """An unknown program passes, unless all programs of the image are known."""
    container = play(image).run(5.0)
    kind = ("CMD", *command.split()) if image == "hello-world" else ("CMD-SHELL", command)
    assert container.check(*kind) == code


def test_a_check_sees_the_time_of_the_container(play: Play) -> None:
    """`date` in a check is the container's time."""
    container = play.sh("sleep 100").run(30.0)
    assert container.check("CMD-SHELL", "[ $(date +%s) -eq 1800000030 ]") == 0
