"""What `fargate-kit up` does: it looks at what is there, and makes what is missing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import typer

from fargate_kit.cli.desk import Desk
from fargate_kit.cli.failing import FAILED, error_facts, said
from fargate_kit.cli.up_options import CIDR, ZONES, Wish
from fargate_kit.cli.which_cluster import mark_of

if TYPE_CHECKING:
    from fargate_kit.cli.cluster_network import ClusterNetwork
    from fargate_kit.clusters.cluster import Cluster
    from fargate_kit.errors import FargateError
    from fargate_kit.model.ingress import IngressRule
    from fargate_kit.model.problems import Problem
    from fargate_kit.networks.created_network import CreatedNetwork

__all__ = ["BringingUp"]

# What may be made, by which it is known in `_done`.
CLUSTER, NETWORK, RULES = "cluster", "network", "rules"


class BringingUp:
    """One `up`: what is there is looked at, and what is missing is made.

    Args:
        wish: What is to be there in the end.
    """

    def __init__(self, desk: Desk, wish: Wish) -> None:
        self._desk = desk
        self._wish = wish
        self._aws = desk.aws.marked(mark_of(wish.cluster))
        self._cluster: Cluster | None = None
        self._networks: tuple[ClusterNetwork, ...] = ()
        self._network: ClusterNetwork | None = None
        self._strays: tuple[str, ...] = ()
        self._done: dict[str, str] = {}
        self._closed: tuple[IngressRule, ...] = ()

    async def go(self) -> int:
        """Do it, tell what was made and what was there, and return the exit code.

        Raises:
            InvalidSpec: What is there differs from what was asked for; nothing was made.
            BadParameter: Something that is open would be closed, and nobody can be asked.
        """
        from fargate_kit.errors import FargateError, InvalidSpec

        self._desk.left = "nothing was made"
        self._desk.facts_left = partial(self._half_way, "the look at what is there", [])
        await self._look()
        if problems := [*self._differences()]:
            raise InvalidSpec(f"cluster {self._wish.cluster!r}", problems)
        self._agree_to_close()
        steps = [*self._steps()]
        for number, (step, work) in enumerate(steps):
            later = [name for name, _ in steps[number + 1 :]]
            self._desk.waits_for(step)
            self._desk.left = partial(self._interrupted, step)
            self._desk.facts_left = partial(self._half_way, step, later)
            try:
                await work()
            except FargateError as error:
                return self._incomplete(step, error, later)
        self._desk.left = None
        self._desk.waits_for(None)
        self._tell()
        return 0

    async def _look(self) -> None:
        from fargate_kit.cli.cluster_network import Found, find_networks
        from fargate_kit.errors import NotFound, TeardownIncomplete

        name = self._wish.cluster
        self._desk.asks(f"looking for cluster {name}")
        try:
            self._cluster = await self._aws.cluster(name)
        except NotFound:
            self._cluster = None
        self._desk.asks(f"looking for a network of cluster {name}")
        found = Found()
        try:
            if self._wish.network or await self._aws.leftovers(mark_of(name), kinds=["VPC"]):
                found = await find_networks(self._aws, mark_of(name))
        except TeardownIncomplete as error:
            # Whoever asks for a cluster alone need not be allowed to look at networks.
            if self._wish.network:
                raise
            self._desk.say(f"? {error.problems[0]}")
        self._strays, self._networks = found.strays, found.whole
        self._network = found.whole[0] if len(found.whole) == 1 else None

    def _differences(self) -> Iterator[Problem]:
        wish, cluster, network = self._wish, self._cluster, self._network
        if len(self._networks) > 1:
            there = ", ".join(each.vpc_id for each in self._networks)
            text = f"there are several, {there}; `fargate-kit down {wish.cluster}` takes them away"
            yield _problem("network", there, "one network", text)
        if cluster is not None:
            yield from self._differences_of(cluster)
        if network is None:
            return
        remedy = "what is there stays as it is: leave it out, or take the network `down` first"
        if wish.cidr not in {None, network.cidr}:
            yield _differs("--cidr", wish.cidr, network.cidr, remedy)
        zones = len(set(network.subnets.values()))
        if wish.zones not in {None, zones}:
            yield _differs("--zones", wish.zones, str(zones), remedy)

    def _differences_of(self, cluster: Cluster) -> Iterator[Problem]:
        wish = self._wish
        if cluster.status != "ACTIVE":
            text = f"it is {cluster.status}; wait until that is over, and ask again"
            yield _problem("status", cluster.status, "ACTIVE", text)
        remedy = "what is there stays as it is: leave it out, or take the cluster `down` first"
        missing = [
            each for each in wish.capacity_providers if each not in cluster.capacity_providers
        ]
        if missing:
            there = ", ".join(cluster.capacity_providers) or "none"
            yield _differs("--capacity-provider", ", ".join(missing), there, remedy)
        for key, value in wish.tags.items():
            if cluster.tags.get(key) != value:
                has = f"{key}={cluster.tags[key]}" if key in cluster.tags else f"no tag {key}"
                yield _differs("--tag", f"{key}={value}", has, remedy)

    def _agree_to_close(self) -> None:
        """Ask before the rules that were asked for take the place of others."""
        from fargate_kit.cli.cluster_network import opening
        from fargate_kit.model.ingress import ingress_of

        wish, network = self._wish, self._network
        if network is None or not wish.ports:
            return
        wanted, _ = ingress_of(wish.ports, wish.open_to)
        self._closed = tuple(rule for rule in network.rules if rule not in wanted)
        if not self._closed:
            return
        name = f"security group {network.security_group}"
        new = [rule for rule in wanted if rule not in network.rules]
        self._desk.say(f"{name}: the rules that are asked for take the place of those it has")
        for mark, word, rules in (("-", "closes", self._closed), ("+", "opens", new)):
            for rule in rules:
                self._desk.say(f"  {mark} {word}: {opening(rule)}")
        self._desk.agree("Close that?", yes=wish.yes)

    def _steps(self) -> Iterator[tuple[str, Callable[[], Awaitable[None]]]]:
        wish = self._wish
        if wish.network and self._network is None:
            # First: what is wrong with it is found before anything is made.
            yield f"the network of {wish.cluster}", self._make_network
        elif wish.network and self._strays:
            yield "the removal of what an `up` left", self._remove_strays
        if self._network is not None and wish.ports:
            yield "the rules of the security group", self._open
        if self._cluster is None:
            yield f"cluster {wish.cluster}", self._make_cluster

    async def _make_network(self) -> None:
        from fargate_kit.cli.cluster_network import ClusterNetwork, network_name
        from fargate_kit.errors import ConfigurationError
        from fargate_kit.model.ingress import ingress_of

        wish, cidr = self._wish, self._wish.cidr or CIDR
        await self._remove_strays()
        retries = self._aws._session.api.retries.total()
        try:
            made = await self._aws.create_network(
                network_name(wish.cluster),
                cidr=cidr,
                zones=wish.zones or ZONES,
                ports=wish.ports,
                open_to=wish.open_to,
                tags=wish.tags,
            )
        except ConfigurationError as error:
            raise ConfigurationError(str(error).replace("pass zones=", "give --zones ")) from None
        rules, _ = ingress_of(wish.ports, wish.open_to)
        self._network = ClusterNetwork.of(made, cidr=cidr, rules=rules)
        self._done[NETWORK] = f"network {self._network}"
        if self._aws._session.api.retries.total() > retries:
            await self._remove_doubles(made)

    async def _remove_doubles(self, made: CreatedNetwork) -> None:
        """Take away what was made twice because the first answer was lost."""
        from fargate_kit.cli.cluster_network import find_networks

        found = await find_networks(self._aws, mark_of(self._wish.cluster))
        self._strays = tuple(each for each in found.strays if each not in made.parts)
        await self._remove_strays()

    async def _remove_strays(self) -> None:
        """Take away what an `up` left that was cut short: it cannot be completed."""
        from fargate_kit.networks.removal import take_down

        if self._strays:
            await take_down(self._aws._session, self._strays)
            self._desk.say(f"taken away, parts of no whole network: {', '.join(self._strays)}")

    async def _open(self) -> None:
        from dataclasses import replace

        from fargate_kit.cli.cluster_network import network_name, opening

        network = self._network
        if network is None:
            return
        wish = self._wish
        group = await self._aws.security_group(
            network_name(wish.cluster),
            vpc_id=network.vpc_id,
            ports=wish.ports,
            open_to=wish.open_to,
        )
        self._network = replace(network, rules=group.ingress)
        if group.ingress != network.rules:
            closed = "; ".join(map(opening, self._closed))
            self._done[RULES] = f"{group.id} lets in {self._network.openings}" + (
                f"; closed: {closed}" if closed else ""
            )

    async def _make_cluster(self) -> None:
        from fargate_kit.clusters.cluster import CAPACITY_PROVIDERS

        wish = self._wish
        self._cluster = await self._aws.create_cluster(
            wish.cluster,
            capacity_providers=wish.capacity_providers or CAPACITY_PROVIDERS,
            tags=wish.tags,
        )
        self._done[CLUSTER] = f"cluster {wish.cluster}"

    def _interrupted(self, step: str) -> str:
        """Say what is there; a call that was cut short may have been done all the same."""
        done = "; ".join(self._done.values())
        if not done and self._network is None and self._wish.network:
            return (
                f"{step}: interrupted; what was begun of it was deleted again, as far as AWS let "
                "it, and nothing else was made"
            )
        so_far = f"made so far: {done}; " if done else ""
        return (
            f"{step}: interrupted, it may have been done; {so_far}the same command goes on, "
            f"`fargate-kit down {self._wish.cluster}` takes away what was made"
        )

    def _half_way(self, step: str, later: list[str]) -> dict[str, Any]:
        return {
            "cluster": self._wish.cluster,
            "done": list(self._done.values()),
            "failed": step,
            "not_done": later,
        }

    def _incomplete(self, step: str, error: FargateError, later: list[str]) -> int:
        """Tell how far it came; what was found wrong before anything was made is only raised."""
        from fargate_kit.errors import ConfigurationError, InvalidSpec

        if not self._done and isinstance(error, ConfigurationError | InvalidSpec):
            raise error
        name, notes = self._wish.cluster, getattr(error, "__notes__", [])
        if self._desk.as_json:
            self._desk.facts({
                **self._half_way(step, later),
                "error": {**error_facts(error), "notes": list(notes)},
            })
        for text in (f"{step} failed: {said(error)}", *notes):
            self._desk.say(f"fargate-kit: {text}")
        self._desk.say(f"  done: {'; '.join(self._done.values()) or 'nothing'}")
        self._desk.say(f"  not done: {'; '.join([step, *later])}")
        self._desk.say(
            f"  the same command goes on, `fargate-kit down {name}` takes away what was made"
        )
        return FAILED

    def _tell(self) -> None:
        cluster, network = self._cluster, self._network
        if cluster is None:
            return
        if self._desk.as_json:
            self._desk.facts(self._facts(cluster))
            return
        typer.echo(f"{'made' if CLUSTER in self._done else 'kept'}: {cluster}")
        if network is not None:
            typer.echo(f"{'made' if NETWORK in self._done else 'kept'}: network {network}")
        if RULES in self._done:
            typer.echo(f"changed: {self._done[RULES]}")
        typer.echo(f"next: {self._next(cluster)}")

    def _facts(self, cluster: Cluster) -> dict[str, Any]:
        from fargate_kit.cli.cluster_network import rule_facts

        network = self._network
        return {
            "cluster": cluster.arn,
            "name": cluster.name,
            "status": cluster.status,
            "capacity_providers": list(cluster.capacity_providers),
            "mark": mark_of(cluster.name),
            "made": list(self._done.values()),
            "network": network and network.facts(),
            "closed": [rule_facts(rule) for rule in self._closed],
            "next": self._next(cluster),
        }

    def _next(self, cluster: Cluster) -> str:
        where = f" {self._network.options}" if self._network else ""
        return f"fargate-kit deploy task.json SERVICE --create --cluster {cluster.name}{where}"


def _differs(path: str, given: object, there: str, remedy: str) -> Problem:
    from fargate_kit.model.problems import shown

    return _problem(path, given, there, f"given {shown(given)}; there is {there}; {remedy}")


def _problem(path: str, given: object, allowed: str, text: str) -> Problem:
    from fargate_kit.model.problems import Problem, one_line

    message = one_line(f"{path}: {text}")
    return Problem(path=path, rule="up-differs", given=given, allowed=allowed, message=message)
