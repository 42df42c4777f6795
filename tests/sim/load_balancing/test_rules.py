"""Listener rules: conditions hold as the service model says, and the first rule wins."""

from __future__ import annotations

import dataclasses

import pytest

from fargate_kit.sim.load_balancing.facts import Action, Condition, QueryPair, RuleFact
from fargate_kit.sim.load_balancing.rules import ClientRequest, first_match, holds, normalize

REQUEST = ClientRequest(
    method="GET",
    protocol="HTTP",
    host="shop.example.com",
    port=80,
    path="/img/cats/1.jpg",
    query="version=V1&empty=&a%20b=x*y",
    headers={"user-agent": "Mozilla/5.0 Chrome/99", "x-plan": "gold"},
    body=b"",
    source="203.0.113.7",
)


def path(*patterns: str) -> Condition:
    return Condition(field="path-pattern", values=patterns)


def host(*patterns: str) -> Condition:
    return Condition(field="host-header", values=patterns)


def header(name: str, *patterns: str) -> Condition:
    return Condition(field="http-header", header=name, values=patterns)


def query(key: str | None, value: str) -> Condition:
    return Condition(field="query-string", pairs=(QueryPair(key=key, value=value),))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (path("/img/*"), True),
        (path("/img/*/1.jpg"), True),
        (path("/img/cats/?.jpg"), True),
        (path("/img/cats/??.jpg"), False),
        (path("/IMG/*"), False),
        (path("/img"), False),
        (path("/api/*", "*.jpg"), True),
        (path("/img/cats/1xjpg"), False),
        (path("/img/[a-z]*"), False),
        (path("*"), True),
        (host("shop.example.com"), True),
        (host("SHOP.Example.com"), True),
        (host("*.example.com"), True),
        (host("example.com"), False),
        (host("????.example.com"), True),
        (header("User-Agent", "*chrome*"), True),
        (header("X-Plan", "GOLD"), True),
        (header("X-Plan", "silver", "g?ld"), True),
        (header("X-Other", "*"), False),
        (Condition(field="http-request-method", values=("POST", "GET")), True),
        (Condition(field="http-request-method", values=("get",)), False),
        (query("version", "v1"), True),
        (query("VERSION", "v?"), True),
        (query("version", "v2"), False),
        (query(None, "V1"), True),
        (query("empty", ""), True),
        (query("a b", r"x\*y"), True),
        (query("a b", r"x\?y"), False),
        (query("missing", "*"), False),
        (Condition(field="source-ip", values=("203.0.113.0/24",)), True),
        (Condition(field="source-ip", values=("198.51.100.0/24", "203.0.113.7/32")), True),
        (Condition(field="source-ip", values=("2001:db8::/32",)), False),
        (Condition(field="path-pattern", regexes=(r"^/img/\w+/\d+\.jpg$",)), True),
        (Condition(field="path-pattern", regexes=("^/IMG",)), False),
        (Condition(field="host-header", regexes=(r"^(.*)\.EXAMPLE\.com$",)), True),
        (Condition(field="http-header", header="x-plan", regexes=("^gold$",)), True),
        (Condition(field="moon-phase", values=("*",)), False),
    ],
)
def test_condition_holds_as_aws_says(condition: Condition, expected: bool) -> None:
    """Each kind of condition matches with its own wildcards and its own sense of case."""
    assert holds(condition, REQUEST) is expected


def test_query_string_needs_a_pair() -> None:
    """Without a query no query-string condition holds, not even one that takes anything."""
    assert not holds(query(None, "*"), dataclasses.replace(REQUEST, query=""))


@pytest.mark.parametrize(
    ("came", "seen"),
    [
        ("/", "/"),
        ("", "/"),
        ("/a/b", "/a/b"),
        ("/a/../b", "/b"),
        ("/a/./b/", "/a/b/"),
        ("/../../a", "/a"),
        ("/a/b/..", "/a/"),
        ("/a/.", "/a/"),
        ("/%61dmin", "/admin"),
        ("/%7Euser/%2D%5F%2e", "/~user/-_."),
        ("/a%2Fb%20c", "/a%2Fb%20c"),
        ("/%40%5B", "/%40%5B"),
        ("//a", "//a"),
    ],
)
def test_path_is_normalized_before_rules_see_it(came: str, seen: str) -> None:
    """Dots are resolved and needless escapes undone; an escaped slash stays one."""
    assert normalize(came) == seen


def rule(number: int | None, *conditions: Condition) -> RuleFact:
    return RuleFact(
        arn=str(number), priority=number, conditions=conditions, actions=(Action(type="forward"),)
    )


def test_first_rule_with_all_conditions_wins() -> None:
    """All conditions of a rule must hold, and the next rule gets its turn if one does not."""
    rules = [
        rule(1, path("/img/*"), host("other.example.com")),
        rule(2, path("/img/*"), header("x-plan", "gold")),
        rule(3, path("/img/*")),
        rule(None),
    ]
    chosen = first_match(rules, REQUEST)
    assert chosen is not None
    assert chosen.priority == 2


def test_default_rule_takes_the_rest() -> None:
    """What no other rule takes falls under the one without conditions."""
    chosen = first_match([rule(1, path("/api/*")), rule(None)], REQUEST)
    assert chosen is not None
    assert chosen.priority is None
    assert first_match([], REQUEST) is None
