"""`$((…))`: C's operators on whole numbers of 64 bits."""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping

from fargate_kit.sim.workloads.shell.errors import ExpansionError

_TOKEN = re.compile(
    r"\s*(0[xX][0-9A-Fa-f]+|[0-9]+|[A-Za-z_][A-Za-z0-9_]*"
    r"|<<=|>>=|&&|\|\||[-+*/%&|^]=|==|!=|<=|>=|<<|>>|[-+*/%&|^~!<>=?:()])"
)
_LEVELS: dict[str, int] = {
    operator: level
    for level, operators in enumerate((
        "|",
        "^",
        "&",
        "== !=",
        "< <= > >=",
        "<< >>",
        "+ -",
        "* / %",
    ))
    for operator in operators.split()
}
_ASSIGNMENTS = frozenset(["=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="])
_DEEPEST = 20


def wrapped(number: int) -> int:
    """Keep a number within 64 bits, as a register does."""
    return (number + (1 << 63)) % (1 << 64) - (1 << 63)


def _divided(left: int, right: int) -> int:
    # C rounds towards zero, Python does not.
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


_BINARY: dict[str, Callable[[int, int], int]] = {
    "|": lambda left, right: left | right,
    "^": lambda left, right: left ^ right,
    "&": lambda left, right: left & right,
    "==": lambda left, right: int(left == right),
    "!=": lambda left, right: int(left != right),
    "<": lambda left, right: int(left < right),
    "<=": lambda left, right: int(left <= right),
    ">": lambda left, right: int(left > right),
    ">=": lambda left, right: int(left >= right),
    "<<": lambda left, right: left << (right & 63),
    ">>": lambda left, right: left >> (right & 63),
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": _divided,
    "%": lambda left, right: left - right * _divided(left, right),
}


def number_of(text: str) -> int | None:
    """Read a whole number as C spells it; None if it is none."""
    match = re.fullmatch(r"\s*([-+]?)(0[xX][0-9A-Fa-f]+|[0-9]+)\s*", text, re.ASCII)
    if match is None or len(match[2]) > 400:
        return None
    digits = match[2]
    is_octal = len(digits) > 1 and digits[0] == "0" and digits.isdecimal()
    if is_octal and set(digits) & {"8", "9"}:
        return None
    base = 16 if digits[:2] in {"0x", "0X"} else 8 if is_octal else 10
    number = int(digits, base) * (-1 if match[1] == "-" else 1)
    return max(-(1 << 63), min(number, (1 << 63) - 1))


def evaluate(text: str, variables: MutableMapping[str, str]) -> int:
    """Give the value of an expression.

    Args:
        text: The expression, after the expansions of the shell.
        variables: Read by their names, and changed by assignments.

    Raises:
        ExpansionError: It is not well-formed, or divides by zero.
    """
    return _Evaluation(text, variables).value()


class _Evaluation:
    def __init__(self, text: str, variables: MutableMapping[str, str]) -> None:
        self._text = text
        self._variables = variables
        self._tokens = self._split(text)
        self._position = 0
        self._depth = 0
        self._skipping = 0

    def value(self) -> int:
        value = self._expression()
        if self._position < len(self._tokens):
            raise self._error("unexpected")
        return value

    def _error(self, what: str) -> ExpansionError:
        return ExpansionError(f'arithmetic expression: {what}: "{self._text}"')

    def _split(self, text: str) -> list[str]:
        tokens, position, end = [], 0, len(text.rstrip())
        while position < end:
            match = _TOKEN.match(text, position)
            if match is None:
                raise self._error("syntax error")
            tokens.append(match[1])
            position = match.end()
        return tokens

    def _peek(self) -> str:
        return self._tokens[self._position] if self._position < len(self._tokens) else ""

    def _take(self, *tokens: str) -> str:
        token = self._peek()
        if token not in tokens:
            return ""
        self._position += 1
        return token

    def _expression(self) -> int:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._error("nested too deeply")
        value = self._assignment()
        self._depth -= 1
        return value

    def _assignment(self) -> int:
        name = self._peek()
        following = self._tokens[self._position + 1 : self._position + 2]
        if not (name[:1].isalpha() or name[:1] == "_") or not set(following) & _ASSIGNMENTS:
            return self._choice()
        self._position += 2
        value = self._expression()
        operator = following[0].removesuffix("=")
        if operator:
            value = self._apply(operator, self._variable(name), value)
        if not self._skipping:
            self._variables[name] = str(value)
        return value

    def _choice(self) -> int:
        condition = self._or()
        if not self._take("?"):
            return condition
        taken = self._maybe(self._expression, skip=not condition)
        if not self._take(":"):
            raise self._error("expecting ':'")
        other = self._maybe(self._expression, skip=bool(condition))
        return taken if condition else other

    def _maybe(self, parse: Callable[[], int], *, skip: bool) -> int:
        self._skipping += skip
        value = parse()
        self._skipping -= skip
        return value

    def _or(self) -> int:
        value = self._and()
        while self._take("||"):
            right = self._maybe(self._and, skip=bool(value))
            value = int(bool(value or right))
        return value

    def _and(self) -> int:
        value = self._binary(0)
        while self._take("&&"):
            right = self._maybe(lambda: self._binary(0), skip=not value)
            value = int(bool(value and right))
        return value

    def _binary(self, lowest: int) -> int:
        value = self._unary()
        while (level := _LEVELS.get(self._peek(), -1)) >= lowest:
            operator = self._take(self._peek())
            value = self._apply(operator, value, self._binary(level + 1))
        return value

    def _apply(self, operator: str, left: int, right: int) -> int:
        if operator in {"/", "%"} and not right:
            if self._skipping:
                return 0
            raise self._error("division by zero")
        return wrapped(_BINARY[operator](left, right))

    def _unary(self) -> int:
        signs = []
        while operator := self._take("-", "+", "!", "~"):
            signs.append(operator)
        value = self._primary()
        for sign in reversed(signs):
            if sign == "!":
                value = int(not value)
            elif sign != "+":
                value = wrapped(-value if sign == "-" else ~value)
        return value

    def _primary(self) -> int:
        if self._take("("):
            value = self._expression()
            if not self._take(")"):
                raise self._error("expecting ')'")
            return value
        token = self._peek()
        if token[:1].isdigit():
            self._position += 1
            number = number_of(token)
            if number is None:
                raise self._error("bad number")
            return number
        if token[:1].isalpha() or token[:1] == "_":
            self._position += 1
            return self._variable(token)
        raise self._error("expecting primary")

    def _variable(self, name: str) -> int:
        text = self._variables.get(name, "")
        if not text.strip():
            return 0
        number = number_of(text)
        if number is None and self._skipping:
            return 0
        if number is None:
            raise ExpansionError(f"Illegal number: {text[:200]}")
        return number
