"""Which listener rule a request falls under: pure matching, as the service model describes it."""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, unquote_plus

from fargate_kit.sim.load_balancing.facts import Condition, RuleFact

_UNRESERVED = re.compile(r"%(2[DdEe]|3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa]|5[Ff]|7[Ee])")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRequest:
    """A request as it came to a listener.

    Args:
        protocol: `HTTP` or `HTTPS`, as the listener speaks.
        host: The host that the client means, without a port.
        port: The port of the listener.
        path: Percent-encoded as it came.
        query: Without the question mark.
        headers: Names in lower case.
        source: The IP address of the client.
    """

    method: str
    protocol: str
    host: str
    port: int
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    source: str


def first_match(rules: Sequence[RuleFact], request: ClientRequest) -> RuleFact | None:
    """Find the first rule of which all conditions hold; the default one has none."""
    for rule in rules:
        if all(holds(condition, request) for condition in rule.conditions):
            return rule
    return None


def holds(condition: Condition, request: ClientRequest) -> bool:
    """Tell whether a condition holds; one of a kind that is not known never does."""
    test = _TESTS.get(condition.field)
    return test is not None and test(condition, request)


def normalize(path: str) -> str:
    """Bring a path into the form in which rules see it (RFC 3986, section 6.2.2)."""
    path = _UNRESERVED.sub(lambda escaped: unquote(escaped[0]), path)
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if len(kept) > 1:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/".join(kept) or "/"


def _path(condition: Condition, request: ClientRequest) -> bool:
    path = normalize(request.path)
    return _any(condition.values, path) or _any_regex(condition.regexes, path)


def _host(condition: Condition, request: ClientRequest) -> bool:
    return _any(condition.values, request.host, ignore_case=True) or _any_regex(
        condition.regexes, request.host, ignore_case=True
    )


def _header(condition: Condition, request: ClientRequest) -> bool:
    value = request.headers.get(condition.header.lower())
    if value is None:
        return False
    return _any(condition.values, value, ignore_case=True) or _any_regex(condition.regexes, value)


def _method(condition: Condition, request: ClientRequest) -> bool:
    return request.method in condition.values


def _query(condition: Condition, request: ClientRequest) -> bool:
    given = [
        (unquote_plus(key), unquote_plus(value))
        for key, _, value in (part.partition("=") for part in request.query.split("&") if part)
    ]
    return any(
        (pair.key is None or _wild(pair.key, True, True).fullmatch(key))
        and _wild(pair.value, True, True).fullmatch(value)
        for pair in condition.pairs
        for key, value in given
    )


def _source(condition: Condition, request: ClientRequest) -> bool:
    address = ipaddress.ip_address(request.source)
    return any(address in ipaddress.ip_network(one, strict=False) for one in condition.values)


_TESTS: dict[str, Callable[[Condition, ClientRequest], bool]] = {
    "path-pattern": _path,
    "host-header": _host,
    "http-header": _header,
    "http-request-method": _method,
    "query-string": _query,
    "source-ip": _source,
}


def _any(patterns: Sequence[str], text: str, *, ignore_case: bool = False) -> bool:
    return any(_wild(pattern, ignore_case, False).fullmatch(text) for pattern in patterns)


def _any_regex(regexes: Sequence[str], text: str, *, ignore_case: bool = False) -> bool:
    return any(re.search(one, text, re.IGNORECASE if ignore_case else 0) for one in regexes)


@functools.lru_cache(maxsize=1024)
def _wild(pattern: str, ignore_case: bool, escapes: bool) -> re.Pattern[str]:
    r"""Compile a pattern with `*` and `?`, of which a query string may escape both with `\`."""
    tokens = re.findall(r"\\[*?]|." if escapes else r".", pattern, re.DOTALL)
    wild = {"*": ".*", "?": "."}
    text = "".join(wild.get(token) or re.escape(token[-1]) for token in tokens)
    return re.compile(text, re.DOTALL | (re.IGNORECASE if ignore_case else 0))
