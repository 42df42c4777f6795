"""`curl` and `wget`, as far as a container asks itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from fargate_kit.sim.workloads.behaviour import HttpAnswer, Say
from fargate_kit.sim.workloads.files import absolute
from fargate_kit.sim.workloads.http_request import HttpRequest, ask, phrase
from fargate_kit.sim.workloads.process import Process, Running

_MOST_REDIRECTS = 5
_LOOPBACK = re.compile(r"localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|::1")
_COULD_NOT_RESOLVE, _COULD_NOT_CONNECT, _HTTP_ERROR, _MISUSED = 6, 7, 22, 2
_CURL_WITH_VALUE = {"-m", "--max-time", "--connect-timeout", "--retry", "-A", "--retry-delay"}
_CURL_FLAGS = frozenset("fsSLIikv4")
_CURL_LETTERS_WITH_VALUE = frozenset("oXHdwmA")
_CURL_LONG = {"--fail": "f", "--silent": "s", "--show-error": "S", "--location": "L", "--head": "I"}


@dataclass(slots=True)
class _Wish:
    """What a client was asked to do."""

    url: str = ""
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    flags: set[str] = field(default_factory=set)
    file: str | None = None
    report: str = ""
    log: list[Say] = field(default_factory=list)


class _NotUnderstood(ValueError):
    pass


class _Failed(Exception):
    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def curl(process: Process) -> Running:
    """Ask a server of this container; other hosts are out of reach."""
    wish = _Wish()
    try:
        wish = _curl_wish(list(process.arguments[1:]))
        answer = _asked(process, wish, agent="curl/8.0", follow="L" in wish.flags)
        if "f" in wish.flags and answer.status >= 400:
            raise _Failed(_HTTP_ERROR, f"The requested URL returned error: {answer.status}")
    except _NotUnderstood as wrong:
        return (yield from process.complain(f"curl: {wrong}", _MISUSED))
    except _Failed as failed:
        yield from wish.log
        if "s" in wish.flags and "S" not in wish.flags:
            return failed.status
        text = f"curl: ({failed.status}) {failed}"
        return (yield from process.complain(text, failed.status))
    yield from wish.log
    text = answer.body.decode("utf-8", "replace")
    if wish.flags & {"i", "I"}:
        text = _head(answer) + text
    yield from _deliver(process, wish, text)
    if wish.report:
        report = wish.report.replace("%{http_code}", str(answer.status)).replace("\\n", "\n")
        yield from process.write(report)
    return 0


def _curl_wish(words: list[str]) -> _Wish:
    wish = _Wish()
    words = [part for word in words for part in _letters(word)]
    while words:
        word = words.pop(0)
        if word in _CURL_LONG:
            wish.flags.add(_CURL_LONG[word])
        elif word in _CURL_WITH_VALUE:
            _value(word, words)
        elif word in {"-o", "--output"}:
            wish.file = _value(word, words)
        elif word in {"-w", "--write-out"}:
            wish.report = _value(word, words)
        elif word in {"-X", "--request"}:
            wish.method = _value(word, words)
        elif word in {"-H", "--header"}:
            name, _, value = _value(word, words).partition(":")
            wish.headers[name.strip().lower()] = value.strip()
        elif word in {"-d", "--data"}:
            wish.body = _value(word, words).encode("utf-8", "replace")
            wish.method = "POST"
        elif word.startswith("-") and set(word[1:]) <= _CURL_FLAGS and word != "-":
            wish.flags |= set(word[1:])
        elif word.startswith("-"):
            raise _NotUnderstood(f"option {word}: not simulated here")
        else:
            wish.url = word
    if not wish.url:
        raise _NotUnderstood("no URL specified")
    wish.url = _with_scheme(wish.url)
    if "I" in wish.flags:
        wish.method = "HEAD"
    return wish


def _letters(word: str) -> list[str]:
    """Part `-sSo` into `-sS` and `-o`, whose value is the next word."""
    together = re.fullmatch(r"-(\w+)(\w)", word)
    if together is None or together[2] not in _CURL_LETTERS_WITH_VALUE:
        return [word]
    if not set(together[1]) <= _CURL_FLAGS:
        return [word]
    return [f"-{together[1]}", f"-{together[2]}"]


def _with_scheme(url: str) -> str:
    return url if "://" in url else f"http://{url}"


def _value(word: str, words: list[str]) -> str:
    if not words:
        raise _NotUnderstood(f"option {word}: requires parameter")
    return words.pop(0)


def wget(process: Process) -> Running:
    """Ask a server of this container and keep the answer in a file."""
    wish = _Wish()
    try:
        wish = _wget_wish(list(process.arguments[1:]))
        answer = _asked(process, wish, agent="Wget", follow=True)
        if answer.status >= 400:
            error = f"server returned error: HTTP/1.1 {answer.status} {phrase(answer.status)}"
            raise _Failed(1, error)
    except _NotUnderstood as wrong:
        return (yield from process.complain(f"wget: {wrong}", 1))
    except _Failed as failed:
        yield from wish.log
        if "q" in wish.flags:
            return 1
        return (yield from process.complain(f"wget: {failed}", 1))
    yield from wish.log
    if "spider" not in wish.flags:
        yield from _deliver(process, wish, answer.body.decode("utf-8", "replace"))
    return 0


def _wget_wish(words: list[str]) -> _Wish:
    wish = _Wish()
    while words:
        word = words.pop(0)
        if word in {"-q", "--quiet"}:
            wish.flags.add("q")
        elif word == "--spider":
            wish.flags.add("spider")
        elif word in {"-nv", "--no-verbose", "--no-check-certificate"}:
            continue
        elif word in {"-O", "-T", "-t"}:
            value = _value(word, words)
            wish.file = value if word == "-O" else wish.file
        elif re.fullmatch(r"-q?O.*", word):
            wish.flags |= {"q"} & set(word)
            wish.file = word.partition("O")[2] or _value(word, words)
        elif re.fullmatch(r"--(tries|timeout)=\d+", word):
            continue
        elif word.startswith("-"):
            raise _NotUnderstood(f"option {word}: not simulated here")
        else:
            wish.url = word
    if not wish.url:
        raise _NotUnderstood("missing URL")
    wish.url = _with_scheme(wish.url)
    if wish.file is None:
        wish.file = urlsplit(wish.url).path.rpartition("/")[2] or "index.html"
    return wish


def _asked(process: Process, wish: _Wish, *, agent: str, follow: bool) -> HttpAnswer:
    url = wish.url
    for _ in range(_MOST_REDIRECTS):
        answer = _asked_once(process, wish, url, agent)
        location = answer.headers.get("Location")
        if not follow or location is None:
            return answer
        parts = urlsplit(url)
        url = f"http://{parts.netloc}{location}" if location.startswith("/") else location
    raise _Failed(47, f"Maximum ({_MOST_REDIRECTS}) redirects followed")


def _asked_once(process: Process, wish: _Wish, url: str, agent: str) -> HttpAnswer:
    launch = process.launch
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _Failed(3, "URL using bad/illegal format or missing URL") from None
    if parts.scheme != "http":
        raise _Failed(1, f"Protocol {parts.scheme!r}: not simulated here")
    if not (_LOOPBACK.fullmatch(host) or host in {launch.private_address, launch.hostname}):
        raise _Failed(_COULD_NOT_RESOLVE, f"Could not reach {host}: other hosts are not simulated")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    request = HttpRequest(
        method=wish.method,
        target=target,
        headers={"host": parts.netloc, "user-agent": agent, "accept": "*/*", **wish.headers},
        body=wish.body,
    )
    answer = ask(launch, request, port or 80)
    wish.log += answer.log if answer is not None else ()
    if answer is None:
        text = f"Failed to connect to {host} port {port or 80}: Could not connect to server"
        raise _Failed(_COULD_NOT_CONNECT, text)
    return answer


def _head(answer: HttpAnswer) -> str:
    lines = [f"HTTP/1.1 {answer.status} {phrase(answer.status)}"]
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    return "\r\n".join([*lines, "", ""])


def _deliver(process: Process, wish: _Wish, text: str) -> Running:
    if wish.file is None or wish.file == "-":
        if text:
            yield from process.write(text)
    elif wish.file != "/dev/null":
        process.launch.inside.files.write(absolute(wish.file, process.directory), text)
    return 0
