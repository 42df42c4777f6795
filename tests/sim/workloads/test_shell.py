"""The simulated shell where no real one can be the judge: time, hosts, limits, its own words."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from fargate_kit.sim.workloads import Exit, Say, Wait

if TYPE_CHECKING:
    from tests.sim.workloads.conftest import Play


@pytest.mark.parametrize(
    ("script", "lines"),
    [
        ("echo start; sleep 2; echo end", [(0.0, "start"), (2.0, "end")]),
        ("sleep 0.25; echo a; sleep 1m; echo b", [(0.25, "a"), (60.25, "b")]),
        ("sleep 1 2s .5; echo a", [(3.5, "a")]),
        ("sleep 2h; echo a; sleep 1d; echo b", [(7200.0, "a"), (93_600.0, "b")]),
        ("for i in 1 2 3; do echo $i; sleep 1; done", [(0.0, "1"), (1.0, "2"), (2.0, "3")]),
        ("x=$(sleep 3; echo slow); echo $x", [(3.0, "slow")]),
        ("date +%s; sleep 90; date +%s", [(0.0, "1800000000"), (90.0, "1800000090")]),
        ("date -u +%H:%M:%S; sleep 61; date +%T", [(0.0, "08:00:00"), (61.0, "08:01:01")]),
        ("date", [(0.0, "Fri Jan 15 08:00:00 UTC 2027")]),
        ("date '+%F %Y%m%d %j %a %A %b %B %e %y %p %I %Z %z %%'", None),
        ("sleep 0.5; date -Iseconds", [(0.5, "2027-01-15T08:00:00+00:00")]),
        ("sleep 0.123; date +%N", [(0.123, "123000000")]),
        ("printf 'not '; sleep 1; printf 'yet'; sleep 1; echo", [(2.0, "not yet")]),
        ("echo a; sleep nonsense || echo failed", None),
    ],
)
def test_time_passes_only_where_the_script_waits(
    play: Play, script: str, lines: list[tuple[float, str]] | None
) -> None:
    """A line comes at the nominal second at which the script writes it."""
    container = play.sh(script).run()
    assert container.code == 0
    if lines is not None:
        assert [(round(at, 6), text) for at, text, _ in container.said] == lines


def test_dates_are_english_and_complete(play: Play) -> None:
    """Every conversion gives what GNU date gives in UTC and English."""
    container = play.sh("date '+%F %j %a %A %b %B %e %y %p %I %Z %z %% %u %w %R %D %s %q'").run()
    assert container.lines == [
        "2027-01-15 015 Fri Friday Jan January 15 27 AM 08 UTC +0000 % 5 5 08:00 01/15/27 "
        "1800000000 %q"
    ]


@pytest.mark.parametrize(
    ("script", "line"),
    [
        ("hostname", "ip-10-0-0-12"),
        ("echo $HOSTNAME", "ip-10-0-0-12"),
        ("hostname -i", "10.0.0.12"),
        ("echo $MONTH", "08"),
        ("echo $$", "1"),
        ("(echo $$)", "1"),
        ("pwd", "/"),
        ("whoami", "root"),
        ("id -u", "0"),
        ("uname", "Linux"),
        ("printenv MONTH", "08"),
        ("cat /etc/motd 2>&1", "cat: /etc/motd: No such file or directory"),
        ("echo hi > /tmp/a/b; cat /tmp/a/b; rm /tmp/a/b", "hi"),
        ("cd /tmp && echo x > f && cat /tmp/f", "x"),
        ("echo a > f; echo b >> f; echo $(cat f)", "a b"),
        ("while read a b; do echo $b; done < f", ""),
        ("printf 'a b c\\n' > f; read x y < f; echo $y-$x", "b c-a"),
        ("printf 'one\\ntwo\\n' > f; while read l; do printf \"<$l>\"; done < f", "<one><two>"),
        ("echo 'echo from $1' > s; sh s file", "from file"),
        ("echo 'x=5' > my.sh; . ./my.sh; echo $x", "5"),
        ("mkdir -p /data/x && [ -d /data/x ] && cd /data && pwd", "/data"),
        ("touch f; [ -f f ] && [ ! -s f ] && echo empty", "empty"),
        ("seq 20 > f; echo $(tail -n 2 f)", "19 20"),
        ("env | true 2>/dev/null", ""),
        ("env A=1 printenv A", "1"),
        ("unset HOSTNAME; echo [$HOSTNAME]", "[]"),
        ("echo to the log > /proc/1/fd/1", "to the log"),
        ("echo x > /dev/stdout", "x"),
    ],
)
def test_the_container_can_be_looked_at(play: Play, script: str, line: str) -> None:
    """Host, address, environment and files are those of the container."""
    container = play.sh(script, environment={"MONTH": "08"}).run()
    assert "".join(container.lines[:1]) == line or (not line and container.code != 0)


@pytest.mark.parametrize(
    ("script", "code", "message"),
    [
        ("nosuch", 127, "sh: nosuch: not found"),
        ("ls -l", 127, "sh: ls: not found"),
        ("yes", 127, "sh: yes: not found"),
        ("/opt/app/run", 127, "sh: /opt/app/run: not found"),
        ("echo x > /tmp/f; /tmp/f", 126, "sh: /tmp/f: Permission denied"),
        ("if true; then", 2, 'sh: syntax error: unexpected end of file (expecting "fi")'),
        ("for i in 1; do echo", 2, 'sh: syntax error: unexpected end of file (expecting "done")'),
        ("fi", 2, 'sh: syntax error: unexpected "fi"'),
        ("echo )", 2, 'sh: syntax error: unexpected ")"'),
        ("while true\ndone", 2, 'sh: syntax error: unexpected "done" (expecting "do")'),
        ("echo 'x", 2, "sh: syntax error: unterminated quoted string"),
        ('echo "x', 2, "sh: syntax error: unterminated quoted string"),
        ("echo ${x", 2, "sh: syntax error: missing '}'"),
        ("echo ${x!}", 2, "sh: syntax error: bad substitution"),
        ("echo $((1/0))", 2, 'sh: arithmetic expression: division by zero: "1/0"'),
        ("echo ${x:?gone}", 2, "sh: x: gone"),
        ("echo a | cat", 2, "sh: pipes (|) are not simulated here"),
        ("sleep 5 &", 2, "sh: background commands (&) are not simulated here"),
        ("cat << x", 2, "sh: here-documents (<<) are not simulated here"),
        ("echo a > /tmp", 1, "sh: can't create /tmp: is a directory"),
        ("cat < /nope", 1, "sh: can't open /nope: no such file"),
        ("cd /nope", 1, "sh: cd: can't cd to /nope: No such file or directory"),
        ("sh /nope.sh", 2, "sh: can't open '/nope.sh': No such file or directory"),
        ("kill 4711", 1, "sh: kill: can't kill pid 4711: No such process"),
        ("trap 'x' NOSUCH", 1, "sh: trap: NOSUCH: invalid signal specification"),
        ("set -Z", 2, "sh: set: Illegal option -Z"),
    ],
)
def test_what_goes_wrong_is_said_in_the_shells_words(
    play: Play, script: str, code: int, message: str
) -> None:
    """Errors go to the standard error, with the status of a real shell."""
    container = play.sh(script).run()
    assert container.errors == [message]
    assert container.code == code


def test_bash_speaks_for_itself(play: Play) -> None:
    """bash names itself, and says so where it knows more than this simulation does."""
    container = play("bash", "bash", "-c", "nosuch; [[ a = a ]]; [ a == a ] && echo ok").run()
    assert container.errors == ["bash: nosuch: command not found", "bash: [[: not simulated here"]
    assert container.output == ["ok"]


def test_lines_before_a_syntax_error_have_run(play: Play) -> None:
    """A script is read line by line, so only the broken line and the rest are lost."""
    container = play.sh("echo one\necho two; fi\necho three").run()
    assert container.output == ["one"]
    assert container.code == 2


def test_an_endless_loop_is_drawn_lazily_for_ever(play: Play) -> None:
    """A loop that sleeps gives a line a second, on the second, and the world can settle."""
    container = play.sh("while true; do echo tick; sleep 1; done")
    assert container.settle().now == 0.0
    container.run(900.0)
    assert container.exit is None
    assert [at for at, _, _ in container.said] == [float(second) for second in range(901)]


@pytest.mark.parametrize(
    "script",
    [
        "while :; do :; done",
        "while true; do x=$((x+1)); done",
        "until false; do continue; done",
        "while true; do sleep 0; done",
        "while true; do nosuch 2>/dev/null; done",
        "while true; do echo x; done",
        "while true; do printf x; done",
        "while true; do echo x >> /tmp/f; done",
        "f() { while true; do :; done; }; f",
        "echo $(while true; do echo x >/dev/null; done)",
        "while true; do sh -c 'true'; done",
        "while true; do eval 'x=1'; done",
        "while true; do for i in 1 2 3; do :; done; done",
        "while true; do x=$(echo y); done",
        "while true; do (true); done",
        "trap 'kill -USR1 $$' USR1; kill -USR1 $$; while true; do :; done",
    ],
)
def test_an_endless_loop_without_sleep_lets_time_pass(play: Play, script: str) -> None:
    """Every turn costs some nominal time, so two hundred steps are never one instant."""
    container = play.sh(script)
    steps = list(itertools.islice(container.workload.run(container.launch), 200))
    assert len(steps) == 200 or isinstance(steps[-1], Exit)
    assert sum(step.after for step in steps) > 1.0 or isinstance(steps[-1], Exit)
    at_once = longest = 0
    for step in steps:
        at_once = 0 if step.after > 0 else at_once + 1
        longest = max(longest, at_once)
    assert longest <= 100


def test_the_steps_of_a_loop_that_can_end_are_waited_for(play: Play) -> None:
    """A loop that something in it may leave is no background."""
    script = "n=0; while true; do n=$((n+1)); [ $n -gt 5 ] && exit 4; sleep 10; done"
    container = play.sh(script).settle()
    assert (container.code, container.now) == (4, 50.0)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("f() { f; }; f", "sh: nested too deeply"),
        ("f() { x=$(f) || exit 2; }; f", "sh: nested too deeply"),
        ('x=\'eval "$x"\'; eval "$x"', "sh: nested too deeply"),
        ('export X=\'sh -c "$X"\'; sh -c "$X"', "sh: nested too deeply"),
        ("trap 'kill -TERM $$' TERM; kill $$", "sh: nested too deeply"),
        ("(" * 60 + "echo" + ")" * 60, "sh: syntax error: nested too deeply"),
        ("x=a; while true; do x=$x$x; done", "sh: out of memory: a value may have"),
        ("echo " + "$((" + "(" * 40 + "1" + ")" * 40 + "))", "nested too deeply"),
    ],
)
def test_what_has_no_bound_ends_with_a_clear_error(play: Play, script: str, message: str) -> None:
    """Recursion and growth end the script with status 2, not the simulation."""
    container = play.sh(script).run()
    assert container.code == 2
    assert message in container.errors[-1]


def test_a_long_line_is_written_in_pieces(play: Play) -> None:
    """Output without a line feed is not kept for ever."""
    container = play.sh("printf '%0.9000d' 0; printf '%0.9000d\\n' 0").run()
    assert [len(line) for line in container.lines] == [16_384, 18_000 - 16_384]


def test_the_two_streams_have_lines_of_their_own(play: Play) -> None:
    """Half a line on one stream does not get into a line of the other."""
    container = play.sh("printf out; printf err >&2; echo put; echo or >&2").run()
    assert container.said == [(0.0, "output", "stdout"), (0.0, "error", "stderr")]


def test_what_is_left_of_a_line_is_written_at_the_end(play: Play) -> None:
    """The last line needs no line feed."""
    assert play.sh("echo a; printf b").run().lines == ["a", "b"]


def test_the_environment_reaches_the_script_and_its_children(play: Play) -> None:
    """Variables of the definition are exported, those of the script only by export."""
    script = "x=1; export y=2; sh -c 'echo $MONTH $x $y'"
    assert play.sh(script, environment={"MONTH": "08"}).run().lines == ["08 2"]


def test_arguments_after_the_script_are_its_parameters(play: Play) -> None:
    """`sh -c script name a b` gives $0, $1 and $2."""
    assert play.sh('echo "$0: $1 $2"', "job", "a b", "c").run().lines == ["job: a b c"]


def test_a_step_can_be_seen_before_the_next_is_made(play: Play) -> None:
    """Nothing runs ahead: the steps are made one by one."""
    container = play.sh("echo a > f; sleep 1; echo b > f; sleep 1")
    steps = container.workload.run(container.launch)
    read = container.launch.inside.files.read
    path = "/f"
    assert next(steps) == Wait(1.0)
    assert read(path) == "a\n"
    assert next(steps) == Wait(1.0)
    assert read(path) == "b\n"
    assert list(steps) == [Exit(0)]


def test_the_same_script_gives_the_same_steps(play: Play) -> None:
    """Two containers with the same start do the same."""
    script = "for i in $(seq 30); do echo $i $(date +%N) $$; [ $i -gt 3 ] || sleep .3; done"
    first, second = (play.sh(script).run() for _ in range(2))
    assert first.said == second.said


def test_a_set_working_directory_is_where_it_starts(play: Play) -> None:
    """`workingDirectory` is the current directory, and exists."""
    container = play.sh("pwd; cd; cd -", working_directory="/srv/app").run()
    assert container.lines[0] == "/srv/app"
    assert container.code == 0


def test_lines_are_says_of_their_stream(play: Play) -> None:
    """What the ECS side draws is exactly a line, a stream and a time."""
    container = play.sh("echo a; echo b >&2")
    assert list(container.workload.run(container.launch)) == [
        Say("a"),
        Say("b", stream="stderr"),
        Exit(0),
    ]
