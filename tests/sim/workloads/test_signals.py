"""What becomes of a container that is asked to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fargate_kit.sim.workloads import Exit, scripted

if TYPE_CHECKING:
    from tests.sim.workloads.conftest import Play

LOOP = "while true; do echo tick; sleep 1; done"
# What the AWS sample task definition for Fargate does with the image httpd.
AWS_SAMPLE = (
    "/bin/sh -c \"echo '<h1>Amazon ECS Sample App</h1>' > "
    '/usr/local/apache2/htdocs/index.html && httpd-foreground"'
)


def test_a_shell_as_pid_1_does_not_hear_sigterm(play: Play) -> None:
    """Without a trap the shell goes on, and is killed after the stop time-out."""
    container = play.sh(LOOP).run(10.5).stop(30.0)
    assert (container.code, container.exited_at) == (137, 40.5)
    assert container.lines.count("tick") == 41


def test_a_program_as_pid_1_does_not_hear_sigterm(play: Play) -> None:
    """A program without a handler, started without a shell, is killed as well."""
    container = play("busybox", "sleep", "1000").run(10.0).stop(5.0)
    assert (container.code, container.exited_at) == (137, 15.0)


@pytest.mark.parametrize("command", [("sleep", "1000"), ("sh", "-c", LOOP)])
def test_an_init_process_lets_sigterm_end_the_program(play: Play, command: tuple[str, ...]) -> None:
    """With an init process the program is not PID 1: SIGTERM ends it at once, with 143."""
    container = play("busybox", *command, init_process=True).run(10.5).stop()
    assert (container.code, container.exited_at) == (143, 10.5)


def test_a_trap_catches_sigterm_between_two_commands(play: Play) -> None:
    """The trap waits for the command under way, one second at most here."""
    container = play.sh(f"trap 'echo bye; exit 0' TERM; {LOOP}").run(10.25).stop()
    assert (container.code, container.exited_at) == (0, 11.0)
    assert container.said[-1] == (11.0, "bye", "stdout")
    assert container.lines.count("tick") == 11


def test_a_trap_cannot_interrupt_a_long_command(play: Play) -> None:
    """A trap behind `sleep 1000` comes too late: the container is killed."""
    container = play.sh("trap 'echo bye; exit 0' TERM; sleep 1000").run(5.0).stop(30.0)
    assert (container.code, container.exited_at) == (137, 35.0)
    assert container.lines == []


@pytest.mark.parametrize("wait", ["sleep infinity", "tail -f /dev/null", "sleep 99999999999"])
def test_a_trap_cannot_interrupt_what_never_ends(play: Play, wait: str) -> None:
    """A command without an end keeps the trap from ever running."""
    container = play.sh(f"trap 'exit 0' TERM; echo up; {wait}").run(5.0).stop(30.0)
    assert (container.code, container.exited_at) == (137, 35.0)
    assert container.lines == ["up"]


def test_a_trap_that_does_not_exit_lets_the_script_go_on(play: Play) -> None:
    """After the trap the script continues where it was."""
    script = "trap 'echo not yet' TERM; for i in 1 2 3 4; do echo $i; sleep 2; done; echo done"
    container = play.sh(script).run(3.0).stop()
    assert container.lines == ["1", "2", "not yet", "3", "4", "done"]
    assert (container.code, container.exited_at) == (0, 8.0)


def test_a_trap_that_never_ends_is_killed(play: Play) -> None:
    """The stop time-out holds whatever the trap does."""
    container = play.sh(f"trap 'while :; do sleep 1; done' TERM; {LOOP}").run(2.5).stop(10.0)
    assert (container.code, container.exited_at) == (137, 12.5)


def test_an_ignored_signal_is_ignored(play: Play) -> None:
    """`trap '' TERM` ignores SIGTERM even below an init process."""
    container = play.sh(f"trap '' TERM; {LOOP}", init_process=True).run(3.0).stop(4.0)
    assert (container.code, container.exited_at) == (137, 7.0)


def test_exec_keeps_what_is_ignored_and_forgets_what_is_caught(play: Play) -> None:
    """A program that takes the shell's place inherits ignored signals, not traps."""
    ignored = play.sh("trap '' TERM; exec sleep 100", init_process=True).run(1.0).stop(5.0)
    caught = play.sh("trap 'exit 0' TERM; exec sleep 100", init_process=True).run(1.0).stop(5.0)
    assert (ignored.code, caught.code) == (137, 143)


def test_the_trap_of_a_finished_command_runs_at_once(play: Play) -> None:
    """A signal while the shell computes is handled before the next command."""
    container = play.sh("trap 'echo bye; exit 3' TERM; kill $$; echo never").run()
    assert (container.lines, container.code) == (["bye"], 3)


def test_the_exit_trap_runs_after_the_term_trap(play: Play) -> None:
    """`exit` in a trap runs the EXIT trap, once."""
    script = f"trap 'echo cleaned' EXIT; trap 'echo term; exit 7' TERM; {LOOP}"
    container = play.sh(script).run(0.5).stop()
    assert container.lines == ["tick", "term", "cleaned"]
    assert container.code == 7


def test_a_signal_in_a_subshell_is_handled_by_the_shell_around_it(play: Play) -> None:
    """Traps belong to the main shell, which waits for its child."""
    container = (
        play.sh("trap 'echo bye; exit 0' TERM; (sleep 4; echo sub); echo no").run(1.0).stop()
    )
    assert (container.lines, container.exited_at) == (["sub", "bye"], 4.0)


def test_kill_minus_9_ends_the_container(play: Play) -> None:
    """`kill -9 $$` is 137, without any trap."""
    container = play.sh("trap 'echo bye' EXIT; echo hi; (kill -9 $$); echo never").run()
    assert (container.lines, container.code) == (["hi"], 137)


def test_a_shell_as_pid_1_ignores_its_own_sigterm(play: Play) -> None:
    """What the kernel keeps from PID 1 it keeps from it in `kill $$` as well."""
    assert play.sh("kill $$; echo alive").run().lines == ["alive"]
    below_init = play.sh("kill $$; echo alive", init_process=True).run()
    assert (below_init.lines, below_init.code) == ([], 143)


def test_bash_gives_its_place_to_the_last_command(play: Play) -> None:
    """`bash -c nginx` lets nginx hear the signal; `sh -c nginx` does not."""
    command = "nginx -g 'daemon off;'"
    under_bash = play("nginx", entry_point=("bash", "-c"), command=(command,)).run(5.0).stop()
    under_sh = play("nginx", entry_point=("sh", "-c"), command=(command,)).run(5.0).stop()
    trapped = play("nginx", entry_point=("bash", "-c"), command=(f"trap 'exit 0' TERM; {command}",))
    replaced = play("nginx", entry_point=("sh", "-c"), command=(f"exec {command}",)).run(5.0).stop()
    assert under_bash.code == 0
    assert under_sh.code == 137
    assert trapped.run(5.0).stop().code == 137
    assert replaced.code == 0


def test_the_aws_sample_definition_serves_its_page_and_is_killed(play: Play) -> None:
    """Its two shells keep the stop signal from httpd, so that it ends with 137."""
    container = play("httpd:2.4", entry_point=("sh", "-c"), command=(AWS_SAMPLE,)).run(5.0)
    assert container.get().body == b"<h1>Amazon ECS Sample App</h1>\n"
    assert container.stop(30.0).code == 137


def test_a_stop_before_anything_has_happened_is_well_defined(play: Play) -> None:
    """A signal in the very instant of the start finds a process without handlers."""
    container = play("busybox", "sleep", "5", init_process=True)
    assert container.workload.stop(container.launch) is not None
    assert list(container.workload.stop(container.launch) or ()) == [Exit(143)]


def test_without_a_clock_the_step_under_way_counts_in_full(play: Play) -> None:
    """A launch that does not tell the time lets a signal wait for the whole command."""
    container = play.sh("trap 'exit 0' TERM; sleep 20", elapsed=None).run(15.0).stop(30.0)
    assert (container.code, container.exited_at) == (0, 35.0)


def test_an_exit_under_way_is_not_lost(play: Play) -> None:
    """A signal between the last step and the exit does not change the exit."""
    container = play.sh("trap 'exit 9' TERM; echo a; exit 4")
    assert container.stop().code == 4


def test_a_line_is_never_said_twice(play: Play) -> None:
    """What was said before the signal is not said again."""
    for moment in (0.0, 0.5, 1.0, 1.5):
        container = play.sh("trap : TERM; echo a; sleep 1; echo b; sleep 1; echo c")
        container.run(moment).stop()
        assert container.lines == ["a", "b", "c"]


def test_a_scripted_workload_is_its_script(play: Play) -> None:
    """Whoever needs a behaviour writes it as a script, with the command as parameters."""
    report = scripted('echo "report for $2 in $YEAR"; sleep 3; exit ${FAIL:-0}', image_size=7.0)
    container = play(
        "acme/report:7", "--month", "08", workload=report, environment={"YEAR": "2026"}
    ).run()
    assert container.said == [(0.0, "report for 08 in 2026", "stdout")]
    assert (container.code, container.exited_at, report.image_size) == (0, 3.0, 7.0)
