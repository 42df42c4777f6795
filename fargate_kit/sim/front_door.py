"""The HTTP door to an account: an aiohttp server on a thread and an event loop of its own."""

from __future__ import annotations

import asyncio
import errno
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Self, TypeVar

from aiohttp import StreamReader, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http_parser import RawRequestMessage

from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import StepClock
from fargate_kit.sim.engine import EngineRunaway
from fargate_kit.sim.request import Request, Response
from fargate_kit.sim.streaming import StreamingResponse

T = TypeVar("T")
log = logging.getLogger("fargate_kit.sim")

_LARGEST_BODY = 64 * 1024 * 1024
_SECONDS_TO_FINISH = 0.5
_SECONDS_TO_STOP = 30.0
# Actions that fall due together are run together; each of them happens at its own instant anyhow.
_SECONDS_BETWEEN_TICKS = 0.005


class PortInUse(OSError):
    """Something else listens on the port that was asked for."""


class FrontDoor:
    """Serves one account over HTTP, to this machine alone.

    While the door is open the account belongs to the door's thread: whoever wants to
    touch it does so through `run`.

    Args:
        account: The door does not close it.
        host: 127.0.0.1 and nothing else: nobody outside may reach the account.
        port: 0 takes any free one.

    Raises:
        ValueError: The host is not this machine's loopback.
    """

    def __init__(self, account: Account, host: str = "127.0.0.1", port: int = 0) -> None:
        if host != "127.0.0.1":
            raise ValueError(
                f"the simulator serves this machine only, at 127.0.0.1, not at {host!r}"
            )
        self.account = account
        self._host = host
        self._port = port
        self._stepped = isinstance(account.engine.clock, StepClock)
        self._lock = threading.Lock()
        self._open = False
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._halt = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._armed_for: int | None = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """The port it listens on; what was asked for until it is open."""
        return self._port

    @property
    def url(self) -> str:
        """What clients take as their endpoint, e.g. `http://127.0.0.1:4566`."""
        return f"http://{self._host}:{self._port}"

    def start(self) -> Self:
        """Open the door, and let moto warm up behind it.

        Raises:
            PortInUse: Another program listens on the port.
            RuntimeError: The door is or was open; a door opens once.
        """
        if self._thread is not None:
            raise RuntimeError("a front door opens once; make another one")
        ready: Future[None] = Future()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(ready)), name="fargate-kit-sim", daemon=True
        )
        self._thread.start()
        try:
            ready.result()
        except BaseException:
            self._thread.join(_SECONDS_TO_STOP)
            raise
        self.account.moto.warm_up(self.account.default_region)
        return self

    def stop(self) -> None:
        """Close the door and wait until its thread has ended; twice is fine.

        Raises:
            RuntimeError: The thread does not end, because something in it never returns.
        """
        if self._thread is None:
            return
        with self._lock:
            if self._open and self._loop is not None:
                self._loop.call_soon_threadsafe(self._halt.set)
            self._open = False
        self._thread.join(_SECONDS_TO_STOP)
        if self._thread.is_alive():
            raise RuntimeError("the front door's thread is stuck and did not end")

    def run(self, touch: Callable[[], T]) -> T:
        """Touch the account on the door's thread, between requests, and wait for the result.

        The engine is advanced before, so `touch` sees the present.

        Raises:
            RuntimeError: The door is not open.
            Exception: Whatever `touch` raises.
        """
        if threading.current_thread() is self._thread:
            return touch()
        done: Future[T] = Future()

        def on_the_loop() -> None:
            try:
                self.account.advance()
                done.set_result(touch())
            except BaseException as failure:
                done.set_exception(failure)
            finally:
                self._arm()

        with self._lock:
            if not self._open or self._loop is None:
                raise RuntimeError("the front door is not open")
            # The loop ends only after what was handed to it before `stop`.
            self._loop.call_soon_threadsafe(on_the_loop)
        return done.result()

    async def _serve(self, ready: Future[None]) -> None:
        server = web.Server(
            self._handle,
            request_factory=_request_factory,
            handler_cancellation=True,  # who has gone needs no answer, and no stream
            access_log=None,
            auto_decompress=False,  # moto unpacks bodies itself
        )
        runner = web.ServerRunner(server, shutdown_timeout=_SECONDS_TO_FINISH)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
        except OSError as failure:
            await runner.cleanup()
            ready.set_exception(self._no_port(failure))
            return
        self._port = runner.addresses[0][1]
        with self._lock:
            self._loop = asyncio.get_running_loop()
            self._open = True
        self._arm()
        ready.set_result(None)
        await self._halt.wait()
        await runner.cleanup()
        if self._timer is not None:
            self._timer.cancel()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.headers.get("expect", "").lower() == "100-continue":
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            request.writer.output_size = 0
        path, _, query = _origin_form(request.raw_path).partition("?")
        answer = self.account.start_answer(
            Request(
                method=request.method,
                path=path,
                query=query,
                headers={name.lower(): value for name, value in request.headers.items()},
                body=await request.read(),
            )
        )
        if isinstance(answer, StreamingResponse):
            return await self._stream(request, answer)
        if not isinstance(answer, Response):
            answer = await asyncio.wrap_future(answer)
            self.account.follow_changes()
        if answer.late:
            await self._hold_back(answer.late)
        self._arm()
        if answer.dropped and request.transport is not None:
            request.transport.abort()
        response = web.Response(status=answer.status, headers=answer.headers, body=answer.body)
        for cookie in answer.cookies:
            response.headers.add("Set-Cookie", cookie)
        return response

    async def _hold_back(self, seconds: float) -> None:
        """Wait on the clock of the world, at its speed; a step clock has to be moved."""
        over = asyncio.Event()
        entry = self.account.engine.after(seconds, over.set, name="a late answer")
        try:
            self._arm()
            await over.wait()
        finally:
            self.account.engine.cancel(entry)

    async def _stream(
        self, request: web.BaseRequest, answer: StreamingResponse
    ) -> web.StreamResponse:
        """Pass on what comes, as fast as the client reads it, until either has an end."""
        response = web.StreamResponse(status=answer.status, headers=answer.headers)
        ready = asyncio.Event()
        stream = answer.stream
        stream.when_ready(ready.set)
        try:
            if answer.late:
                await self._hold_back(answer.late)
            self._arm()
            await response.prepare(request)
            while (data := stream.read()) is not None:
                if data:
                    await response.write(data)
                else:
                    ready.clear()
                    await ready.wait()
            await response.write_eof()
        except ConnectionError:
            log.debug("a client left a stream that was open")
        finally:
            stream.close()
            self._arm()
        return response

    def _arm(self) -> None:
        """Set the one timer to the next due action, if it is not set to it already."""
        engine = self.account.engine
        due = engine.next_due()
        if self._stepped or due == self._armed_for or self._loop is None:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._armed_for = due
        if due is not None:
            delay = max(_SECONDS_BETWEEN_TICKS, (due - engine.clock.now()) / 1e6)
            self._timer = self._loop.call_later(delay, self._tick)

    def _tick(self) -> None:
        try:
            self.account.advance()
        except EngineRunaway:
            log.exception("the simulation does not get on")
            return  # still armed for this instant, so no timer tries it again and again
        except Exception:
            log.exception("an action of the simulation failed")
        self._armed_for = None
        self._arm()

    def _no_port(self, failure: OSError) -> OSError:
        if failure.errno != errno.EADDRINUSE:
            return failure
        return PortInUse(
            failure.errno,
            f"port {self._port} of {self._host} is taken by another program: "
            "ask for another port, or for port 0 to get any free one",
        )


def _origin_form(target: str) -> str:
    """Give the path and query of a request target, of which some clients send the whole URL."""
    if target.startswith(("http://", "https://")):
        return "/" + target.split("://", 1)[1].partition("/")[2]
    return target


def _request_factory(
    message: RawRequestMessage,
    payload: StreamReader,
    protocol: web.RequestHandler,
    writer: AbstractStreamWriter,
    task: asyncio.Task[None],
) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    return web.BaseRequest(
        message, payload, protocol, writer, task, loop, client_max_size=_LARGEST_BODY
    )
