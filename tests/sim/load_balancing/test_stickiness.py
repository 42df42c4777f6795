"""Sticky sessions: a client that shows its cookies comes back to where it was."""

from __future__ import annotations

from typing import Any

import pytest

A, B = "10.0.0.10", "10.0.1.10"
STICKY = {"stickiness.enabled": "true", "stickiness.type": "lb_cookie"}


def jar(answer: Any) -> dict[str, str]:
    """Give the cookies of an answer by name."""
    return dict(cookie.partition(";")[0].split("=", 1) for cookie in answer.cookies)


def shown(answer: Any, *names: str) -> str:
    """Write the header with which a client shows cookies again."""
    cookies = jar(answer)
    return "; ".join(f"{name}={cookies[name]}" for name in names or cookies)


@pytest.fixture
def sticky(balancing: Any) -> Any:
    """Two targets that tell their numbers, with sessions of an hour."""
    attributes = {**STICKY, "stickiness.lb_cookie.duration_seconds": 3600}
    for number, server in enumerate(balancing.serving(A, B, attributes=attributes)):
        server.says(200, str(number).encode())
    return balancing


def test_cookie_leads_back_to_the_target(sticky: Any) -> None:
    """With its cookie a client stays, while others still take turns."""
    first, second = sticky.get(), sticky.get()
    assert (first.body, second.body) == (b"0", b"1")
    for _ in range(3):
        assert sticky.get(cookie=shown(first)).body == b"0"
        assert sticky.get(cookie=f"mine=1; {shown(second, 'AWSALB')}").body == b"1"


def test_cookie_is_sent_for_both_kinds_of_sites(sticky: Any) -> None:
    """There are two cookies, the second one for requests from other sites; both expire."""
    plain, foreign = sticky.get().cookies
    assert plain.startswith("AWSALB=")
    assert plain.endswith("; Expires=Fri, 15 Jan 2027 09:00:08 GMT; Path=/")
    assert foreign == plain.replace("AWSALB=", "AWSALBCORS=") + "; SameSite=None"


def test_cookie_expires_unless_it_is_renewed(sticky: Any) -> None:
    """Every answer brings a new one, which lasts for the duration from then on."""
    answer = sticky.get()
    sticky.engine.advance_by(3000)
    renewed = sticky.get(cookie=shown(answer))
    sticky.engine.advance_by(3000)
    assert sticky.get(cookie=shown(renewed)).body == b"0"
    sticky.engine.advance_by(1000)
    assert {sticky.get(cookie=shown(renewed)).body for _ in range(2)} == {b"0", b"1"}


def test_session_moves_when_its_target_is_gone(sticky: Any) -> None:
    """A target that drains, or is no longer healthy, keeps no sessions."""
    answer = sticky.get()
    assert answer.body == b"0"
    sticky.deregister(A)
    moved = sticky.get(cookie=shown(answer))
    assert moved.body == b"1"
    assert sticky.get(cookie=shown(moved)).body == b"1"


@pytest.mark.parametrize("cookie", ["AWSALB=made-up", "AWSALB=a/1800000000000000", "AWSALB", "=;="])
def test_cookie_that_nobody_issued_is_ignored(sticky: Any, cookie: str) -> None:
    """A false cookie makes no session, and no error."""
    assert [sticky.get(cookie=cookie).body for _ in range(2)] == [b"0", b"1"]


def test_group_without_stickiness_sets_no_cookie(balancing: Any) -> None:
    """By default there are no sessions, and an old cookie has no effect."""
    balancing.serving(A, B)
    assert balancing.get().cookies == ()


def test_session_follows_the_applications_own_cookie(balancing: Any) -> None:
    """It begins when the application sets its cookie, and needs both cookies from then on."""
    attributes = {
        "stickiness.enabled": "true",
        "stickiness.type": "app_cookie",
        "stickiness.app_cookie.cookie_name": "session",
    }
    first, second = balancing.serving(A, B, attributes=attributes)
    first.says(200, b"0", Set_Cookie="session=xyz; Path=/")
    second.says(200, b"1", Set_Cookie="other=1")
    begun, none = balancing.get(), balancing.get()
    assert begun.headers["set-cookie"] == "session=xyz; Path=/"
    assert list(jar(begun)) == ["AWSALBAPP-0"]
    assert none.cookies == ()
    both = f"session=xyz; {shown(begun)}"
    assert [balancing.get(cookie=both).body for _ in range(3)] == [b"0"] * 3
    assert {balancing.get(cookie=shown(begun)).body for _ in range(2)} == {b"0", b"1"}


def test_client_stays_with_its_target_group(balancing: Any) -> None:
    """A rule with target group stickiness keeps a client in the group that it got first."""
    (blue,) = balancing.serving(A, group="blue")
    (green,) = balancing.serving(B, group="green")
    blue.says(200, b"blue")
    green.says(200, b"green")
    balancing.listener(balancing.forward("blue", "green", stickiness=60.0))
    first, second = balancing.get(), balancing.get()
    assert (first.body, second.body) == (b"blue", b"green")
    assert list(jar(first)) == ["AWSALBTG", "AWSALBTGCORS"]
    assert [balancing.get(cookie=shown(second)).body for _ in range(3)] == [b"green"] * 3
    balancing.engine.advance_by(61)
    assert {balancing.get(cookie=shown(second)).body for _ in range(2)} == {b"blue", b"green"}
    balancing.listener(balancing.forward("blue", "green", weights=(1, 0), stickiness=3600.0))
    assert balancing.get(cookie=shown(second)).body == b"blue"
