"""Whatever the script: it never breaks the simulation, and time always passes."""

from __future__ import annotations

import itertools
import random
import shutil
import subprocess
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from fargate_kit.sim.workloads import Exit, Launch, Say, Step, Workloads
from fargate_kit.sim.workloads.shell.arithmetic import evaluate
from fargate_kit.sim.workloads.shell.errors import ExpansionError
from fargate_kit.sim.workloads.shell.variables import quoted

BUSYBOX = Workloads().find("busybox")
DASH = shutil.which("dash")
DRAWN = 40
AT_ONCE = 150

names = st.sampled_from(["a", "b", "c"])
numbers = st.integers(-3, 12)
plain = st.sampled_from(["x", "y1", "foo", "a b", "", "*", "-n", "3", "0"])


def in_quotes(text: str) -> str:
    return quoted(text) if text != "x" else text


expressions = st.recursive(
    st.integers(0, 99).map(str) | names,
    lambda inner: st.tuples(
        inner, st.sampled_from(["+", "-", "*", "<", "==", "&&", "||", "|", "&", "<<"]), inner
    ).map(lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"),
    max_leaves=5,
)


def words(commands: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        plain.map(in_quotes),
        names.map(lambda name: f"${name}"),
        names.map(lambda name: f'"${name}"'),
        st.tuples(
            names, st.sampled_from([":-", "-", ":+", "+", "%", "#"]), plain.map(in_quotes)
        ).map(lambda parts: f"${{{parts[0]}{parts[1]}{parts[2]}}}"),
        expressions.map(lambda text: f"$(({text}))"),
        commands.map(lambda text: f"$({text})"),
        st.sampled_from(["$?", "$#", '"$@"', "$*", "${#a}"]),
    )


def simple(commands: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    word = words(commands)
    return st.one_of(
        st.lists(word, max_size=3).map(lambda parts: " ".join(["printf '%s,' .", *parts])),
        st.lists(word, max_size=2).map(lambda parts: " ".join(["echo .", *parts])),
        st.tuples(names, word).map(lambda parts: f"{parts[0]}={parts[1]}"),
        st.tuples(word, st.sampled_from(["=", "!="]), word).map(
            lambda parts: f'[ "x{parts[0]}" {parts[1]} "x{parts[2]}" ]'.replace('""', "")
        ),
        st.tuples(numbers, st.sampled_from(["-lt", "-eq", "-ge"]), numbers).map(
            lambda parts: f"[ {parts[0]} {parts[1]} {parts[2]} ]"
        ),
        st.lists(word, max_size=2).map(lambda parts: " ".join(["set --", *parts])),
        st.sampled_from(["true", "false", ":", "nosuch", "exit 3", "break", "continue", "shift 0"]),
        st.sampled_from(["unset a", "export b", "echo e >&2", "cd /", "trap 'echo t' EXIT"]),
    )


def compounds(commands: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(commands, commands)
    return st.one_of(
        pair.map("; ".join),
        pair.map("\n".join),
        pair.map(" && ".join),
        pair.map(" || ".join),
        commands.map(lambda text: f"! {{ {text}; }}"),
        commands.map(lambda text: f"{{ {text}; }}"),
        commands.map(lambda text: f"( {text} )"),
        commands.map(lambda text: f"{{ {text}; }} > /dev/null"),
        st.tuples(commands, commands, commands).map(
            lambda parts: f"if {parts[0]}; then {parts[1]}; else {parts[2]}; fi"
        ),
        st.tuples(names, commands).map(
            lambda parts: f"for {parts[0]} in 1 2 $c; do {parts[1]}; done"
        ),
        st.tuples(plain.map(in_quotes), commands).map(
            lambda parts: f"case {parts[0]} in x|f*) {parts[1]};; [0-9]) :;; *) echo other;; esac"
        ),
        st.tuples(commands, commands).map(
            lambda parts: f"f() {{ {parts[0]}; }}; {parts[1]}; f 1 2"
        ),
    )


terminating = st.recursive(simple(st.just("echo s")), compounds, max_leaves=8)
loops = st.tuples(
    st.sampled_from(["while", "until"]),
    terminating,
    st.one_of(terminating, st.sampled_from(["sleep 1", "sleep 0.5; echo x", "trap : TERM"])),
).map(lambda parts: f"{parts[0]} {parts[1]}; do {parts[2]}; done")
programs = st.one_of(
    terminating,
    loops,
    st.tuples(terminating, loops).map("\n".join),
    loops.map(lambda text: f"echo $({text})"),
)


def launch(script: str, **members: object) -> Launch:
    values: dict[str, object] = {
        "image": "busybox",
        "container": "main",
        "task_id": "t",
        "private_address": "10.0.0.12",
        "command": ("sh", "-c", script),
        "random": random.Random(1),
        "started_at": 1.8e9,
        "init_process": True,
    }
    return Launch(**{**values, **members})  # type: ignore[arg-type]


def drawn(start: Launch) -> list[Step]:
    return list(itertools.islice(BUSYBOX.run(start), DRAWN))


def assert_well_behaved(steps: list[Step]) -> None:
    """Hold that the steps end, or that time passes between them."""
    at_once = 0
    for step in steps:
        assert step.after >= 0
        at_once = 0 if step.after else at_once + 1
        assert at_once < AT_ONCE
        assert not isinstance(step, Say) or "\n" not in step.text
    if len(steps) == DRAWN:
        assert sum(step.after for step in steps) > 0
    elif steps:
        assert isinstance(steps[-1], Exit)
        assert 0 <= steps[-1].code <= 255


@given(programs)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_program_ends_or_lets_time_pass(script: str) -> None:
    """A generated program never raises, and never stands still for ever at one instant."""
    assert_well_behaved(drawn(launch(script)))


@given(programs)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_program_does_the_same_again(script: str) -> None:
    """The same launch gives the same steps."""
    assert drawn(launch(script)) == drawn(launch(script))


@given(programs, st.integers(0, 5))
@settings(max_examples=35, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_program_takes_a_signal(script: str, after: int) -> None:
    """Whenever the signal comes, the program goes on well-behaved, ends, or ignores it."""
    start = launch(f"trap 'echo caught; exit 5' TERM\n{script}")
    running = BUSYBOX.run(start)
    for _ in range(after):
        next(running, None)
    steps = BUSYBOX.stop(start)
    # Below an init process a shell either catches the signal or dies of it.
    assert steps is not None
    assert_well_behaved(list(itertools.islice(steps, DRAWN)))


@given(st.text(max_size=80))
@settings(max_examples=80, deadline=None)
def test_any_text_is_a_script_or_an_error(text: str) -> None:
    """Whatever stands behind `sh -c`, the container does something and does not break."""
    assert_well_behaved(drawn(launch(text)))


@given(st.lists(st.sampled_from(list("abx019 $(){}[]'\"`\\;&|<>=!#*?~:-+%/\n")), max_size=40))
@settings(max_examples=150, deadline=None)
def test_any_heap_of_signs_is_a_script_or_an_error(signs: list[str]) -> None:
    """The signs that mean something to a shell never break the simulation."""
    assert_well_behaved(drawn(launch("".join(signs))))


@pytest.mark.skipif(DASH is None, reason="there is no dash on this machine")
@given(terminating)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_terminating_program_does_what_it_does_in_a_real_sh(script: str) -> None:
    """Output and status of generated programs are those of dash."""
    steps = list(itertools.islice(BUSYBOX.run(launch(script)), 3000))
    assume(isinstance(steps[-1], Exit))
    said = [step.text for step in steps if isinstance(step, Say) and step.stream == "stdout"]
    real = subprocess.run(
        [str(DASH), "-c", script],
        check=False,
        capture_output=True,
        text=True,
        timeout=10,
        stdin=subprocess.DEVNULL,
        cwd="/",
        env={"PATH": "/usr/bin:/bin"},
    )
    assert said == real.stdout.removesuffix("\n").split("\n") or not (said or real.stdout)
    assert isinstance(steps[-1], Exit)
    assert steps[-1].code == real.returncode


# A line feed would part the line, and `\r` and other blanks are kept as they are.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\0"), max_size=30)


@given(texts)
@settings(max_examples=150, deadline=None)
def test_quoted_text_comes_out_as_it_went_in(text: str) -> None:
    """Single quotes, double quotes, backslashes and variables all give the text itself."""
    double = '"' + "".join(f"\\{sign}" if sign in '$`"\\' else sign for sign in text) + '"'
    bare = "".join(f"\\{sign}" for sign in text)
    written = [quoted(text), double, f"x{bare}", '"$TEXT"', '"$a"', f"x${{no:-{bare}}}"]
    script = "a=$TEXT\n" + "\n".join(f"printf '%s\\n' {word}" for word in written)
    steps = drawn(launch(script, environment={"TEXT": text}))
    lines = [step.text for step in steps if isinstance(step, Say)]
    assert lines == [text, text, f"x{text}", text, text, f"x{text}"]


def wrapped(number: int) -> int:
    return (number + (1 << 63)) % (1 << 64) - (1 << 63)


operands = st.integers(-(1 << 63), (1 << 63) - 1) | st.integers(-20, 20)
BINARY: dict[str, Callable[[int, int], int]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "&": lambda left, right: left & right,
    "|": lambda left, right: left | right,
    "^": lambda left, right: left ^ right,
    "<": lambda left, right: int(left < right),
    ">=": lambda left, right: int(left >= right),
    "==": lambda left, right: int(left == right),
    "&&": lambda left, right: int(bool(left and right)),
    "||": lambda left, right: int(bool(left or right)),
}


@given(operands, st.sampled_from(sorted(BINARY)), operands)
@settings(max_examples=80, deadline=None)
def test_arithmetic_is_that_of_64_bits(left: int, operator: str, right: int) -> None:
    """Every operator gives what a register of 64 bits would hold."""
    variables = {"l": str(left), "r": str(right)}
    assert evaluate(f"l {operator} r", variables) == wrapped(BINARY[operator](left, right))


@given(operands, operands)
@settings(max_examples=80, deadline=None)
def test_division_rounds_towards_zero(left: int, right: int) -> None:
    """Quotient and remainder fit together, and the remainder has the dividend's sign."""
    assume(right != 0)
    variables = {"l": str(left), "r": str(right)}
    quotient, rest = evaluate("l / r", variables), evaluate("l % r", variables)
    assert wrapped(quotient * right + rest) == left
    assert abs(rest) < abs(right)
    assert rest == 0 or (rest < 0) == (left < 0)


@given(st.text(st.sampled_from(list("0123456789+-*/%&|^~!<>=?:() ax")), max_size=25))
@settings(max_examples=150, deadline=None)
def test_any_expression_has_a_value_or_an_error(text: str) -> None:
    """An expression that makes no sense is refused in the shell's own way."""
    try:
        value = evaluate(text, {"x": "7"})
    except ExpansionError:
        return
    assert value == wrapped(value)
