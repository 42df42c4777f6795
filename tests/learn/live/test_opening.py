"""What has to hold before a lab opens on live AWS, and that everything else is refused at once."""

from __future__ import annotations

import subprocess
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from fargate_kit.connections.connection import Connection
from fargate_kit.core.opening import Opening
from fargate_kit.errors import ConfigurationError
from fargate_kit.learn.errors import LiveRefused
from fargate_kit.learn.live import leaving
from fargate_kit.learn.live.ground import LiveGround, open_live
from fargate_kit.learn.live.settings import (
    ACCOUNT,
    HOURS,
    LIMIT,
    REGIONS,
    Identity,
    LiveSettings,
    lab_mark,
    read_settings,
    refusals,
)
from fargate_kit.learn.switch import ENDPOINT, SEAT
from fargate_kit.sim import World

OpenLive = Callable[..., Awaitable[LiveGround]]
ADA = Identity(account="111122223333", arn="arn:aws:iam::111122223333:user/ada")


async def test_everything_that_does_not_hold_is_told_at_once(live: OpenLive, world: World) -> None:
    """One error names all of it, and the account has seen one question and nothing more."""
    with pytest.raises(LiveRefused) as refused:
        await live(
            live="find your way",
            **{
                ACCOUNT: "999999999999",
                REGIONS: "eu-west-1",
                LIMIT: "500",
                HOURS: "never",
                ENDPOINT: "http://127.0.0.1:1",
            },
        )
    told = "\n".join(refused.value.problems)
    for part in (
        "'find your way' is not its name: write Lab.open(chapter=2, live='reach a task')",
        f"the credentials are of account {world.account.id}, and {ACCOUNT} is 999999999999",
        f"the region us-east-1 is not allowed: {REGIONS} allows eu-west-1",
        f"{LIMIT} is '500': it must be US dollars, above 0 and at most 20",
        f"{HOURS} is 'never'",
        f"{ENDPOINT} names a simulator",
    ):
        assert part in told
    assert len(refused.value.problems) == 6
    assert set(world.account.calls) == {("sts", "GetCallerIdentity")}


async def test_nobody_typed_the_name(live: OpenLive) -> None:
    """A notebook that is run as it was shipped is never live, whatever the environment says."""
    with pytest.raises(LiveRefused, match="nobody has typed the lab's name"):
        await live(live=None)


async def test_account_must_be_said(live: OpenLive) -> None:
    """There is no default account: credentials that happen to be there are not enough."""
    with pytest.raises(LiveRefused, match=f"{ACCOUNT} is not set: set it to the 12 digits"):
        await live(**{ACCOUNT: ""})


async def test_continuous_integration_is_never_live(live: OpenLive, world: World) -> None:
    """With CI set nothing at all is asked of AWS."""
    with pytest.raises(LiveRefused, match="continuous integration is never live"):
        await live(CI="true")
    assert not world.account.calls


async def test_root_user_is_refused(world: World, tmp_path: Path) -> None:
    """Whoever comes with the root user's keys is told to make a user of less power."""

    class RootsConnection:
        """Lets the account say that the root user calls."""

        def __call__(self, *, region: str | None = None) -> Opening[Connection]:
            async def open() -> Connection:
                aws = await world.connect()
                send = aws._session.api.send

                async def as_root(service: str, operation: str, parameters: object) -> object:
                    reply = await send(service, operation, {})
                    return {**reply, "Arn": f"arn:aws:iam::{world.account.id}:root"}

                aws._session.api.send = as_root  # type: ignore[method-assign, assignment]
                return aws

            return Opening(open, call="connect()")

    with pytest.raises(LiveRefused, match="the root user's: make a user or a role"):
        await open_live(
            2,
            live="Reach a task",
            folder=tmp_path,
            connecting=RootsConnection(),
            environment={ACCOUNT: world.account.id},
        )


async def test_folder_that_cannot_be_written_is_refused(world: World, tmp_path: Path) -> None:
    """Without its ledger a lab makes nothing."""
    (tmp_path / ".fargate-kit").write_text("in the way")

    def connecting(*, region: str | None = None) -> Opening[Connection]:
        return world.connect()

    with pytest.raises(LiveRefused, match=r"the ledger .* cannot be written"):
        await open_live(
            2,
            live="Reach a task",
            folder=tmp_path,
            connecting=connecting,
            environment={ACCOUNT: world.account.id},
        )


async def test_opening_says_what_it_costs_and_how_it_ends(live: OpenLive, world: World) -> None:
    """Account, region, price, date of the prices, limit, end, and the way to the janitor."""
    ground = await live(**{LIMIT: "0.5", HOURS: "2"})
    for part in (
        f"account {world.account.id}, us-east-1, as admin",
        "0.0000 USD an hour",
        "list prices of 20",
        "ends itself at 0.5 USD",
        "Not counted: ",
        "At 10:00 UTC its time is over",
        "fargate-kit janitor --lab lab-02.admin",
    ):
        assert part in ground.words
    assert ground.speed == 1
    assert ground.is_live
    assert not [name for name in world.account.calls if name[1].startswith(("Create", "Put"))]


def test_settings_have_defaults_of_their_own() -> None:
    """An account alone is enough: one region, one dollar, three hours."""
    settings, problems = read_settings({ACCOUNT: "111122223333"})
    assert problems == ()
    assert settings == LiveSettings(account="111122223333")
    assert (settings.regions, settings.limit, settings.hours) == (("us-east-1",), Decimal(1), 3.0)


@pytest.mark.parametrize("given", ["0", "-1", "21", "nan", "Infinity", "a dollar"])
def test_spending_limit_must_be_a_small_sum(given: str) -> None:
    """Nothing, everything and nonsense are no limits."""
    _, problems = read_settings({ACCOUNT: "111122223333", LIMIT: given})
    assert problems == (f"{LIMIT} is {given!r}: it must be US dollars, above 0 and at most 20",)


def test_right_account_region_and_user_are_fine() -> None:
    """Nothing is refused where everything holds."""
    settings = LiveSettings(account=ADA.account, regions=("eu-west-1", "us-east-1"))
    assert refusals(settings, ADA, region="us-east-1") == ()


@pytest.mark.parametrize(
    ("arn", "owner", "mark"),
    [
        ("arn:aws:iam::1:user/ada", "ada", "lab-02.ada"),
        ("arn:aws:iam::1:user/team/ada", "team/ada", "lab-02.ada"),
        (
            "arn:aws:sts::1:assumed-role/Learner/ada@example.org",
            "Learner/ada@example.org",
            "lab-02.ada-example-org",
        ),
        ("arn:aws:sts::1:federated-user/Bob", "Bob", "lab-02.Bob"),
    ],
)
def test_mark_says_whose_lab_it_is(arn: str, owner: str, mark: str) -> None:
    """Two people without seats have two labs, and every service takes the mark in a name."""
    identity = Identity(account="1" * 12, arn=arn)
    assert identity.owner == owner
    assert lab_mark(2, identity, {}) == mark
    assert lab_mark(2, identity, {SEAT: "seat07"}) == f"seat07-{mark}"
    long = Identity(account="1" * 12, arn=f"arn:aws:iam::1:user/{'x' * 64}")
    assert len(f"fargate-kit-{lab_mark(88, long, {SEAT: 'seat0007'})}") <= 64


def test_seat_that_is_none_is_told() -> None:
    """A seat that no name may begin with is no seat of a live lab either."""
    with pytest.raises(ConfigurationError, match="small letters and digits"):
        lab_mark(2, ADA, {SEAT: "seat-7"})


def test_only_what_is_open_is_taken_down_at_the_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """At the end of the process a janitor is started for each lab that nobody has closed."""
    started: list[Sequence[str]] = []

    def start(command: Sequence[str], **settings: object) -> None:
        started.append(command[1:])

    monkeypatch.setattr(subprocess, "Popen", start)
    leaving.watch("open", "us-east-1")
    leaving.watch("closed", "us-east-1")
    leaving.forget("closed")
    leaving._end_all()
    leaving._end_all()
    words = ["janitor", "--lab", "open", "--yes", "--region", "us-east-1"]
    assert started == [["-m", "fargate_kit", *words]]
    assert "lab open is still open" in capsys.readouterr().err
