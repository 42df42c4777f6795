"""What `fargate-kit doctor` says of what fargate_kit made: in use, or left over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fargate_kit.cli.desk import Desk
from fargate_kit.cli.doctor_finding import Finding, busy
from fargate_kit.cli.which_cluster import cluster_of
from fargate_kit.errors import FargateError, TeardownIncomplete
from fargate_kit.ownership import MADE, TAG

if TYPE_CHECKING:
    from fargate_kit.clusters.cluster import Cluster
    from fargate_kit.teardown.leftovers import Leftover

__all__ = ["look_at_made"]

NAME = "made"
TOLD = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """What was made in the region.

    Attributes:
        marked: What carries the mark of what was made without one.
        clusters: All of the region.
        networks: By the name of the cluster for which `up` made them, the ids of their VPCs.
    """

    marked: Sequence[Leftover]
    clusters: Sequence[Cluster]
    networks: Mapping[str, Sequence[str]]

    @property
    def in_use(self) -> list[Cluster]:
        """Clusters in which something runs, or shall: it may use anything that was made."""
        return [
            each
            for each in self.clusters
            if each.active_services or each.running_tasks or each.pending_tasks
        ]


async def look_at_made(desk: Desk) -> Finding:
    """Tell what fargate_kit made; it is called left over only where nothing can be using it.

    Calls:
        those of `leftovers()`; ecs:ListClusters, ecs:DescribeClusters, ec2:DescribeVpcs
    """
    desk.asks("looking for what fargate_kit made")
    try:
        made = _Made(
            marked=await desk.aws.leftovers(MADE),
            clusters=[each async for each in desk.aws.clusters()],
            networks=await _networks(desk),
        )
    except TeardownIncomplete as error:
        seen = f"{len(error.left)} found; " if error.left else ""
        text = f"{seen}not everything could be looked for"
        return Finding(name=NAME, state="unknown", text=text, remedies=error.problems)
    except FargateError as error:
        return Finding(name=NAME, state="unknown", text=str(error))
    texts, remedies = _of_mark(made)
    more, others = _of_up(made)
    text = "; ".join([*texts, *more]) or "fargate_kit made nothing that is still there"
    return Finding(name=NAME, state="ok", text=text, remedies=(*remedies, *others))


async def _networks(desk: Desk) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    tagged = [{"Name": "tag-key", "Values": [TAG]}]
    async for page in desk.aws._session.api.pages("ec2", "DescribeVpcs", Filters=tagged):
        for vpc in page["Vpcs"]:
            marks = (each["Value"] for each in vpc.get("Tags", ()) if each["Key"] == TAG)
            for name in filter(None, map(cluster_of, marks)):
                found.setdefault(name, []).append(vpc["VpcId"])
    return found


def _of_mark(made: _Made) -> tuple[list[str], list[str]]:
    """Return what there is to say of what carries the mark, and to do about it."""
    count, names = len(made.marked), [str(each) for each in made.marked]
    if not count:
        return [], []
    some = ", ".join(names[:TOLD]) + (f" and {count - TOLD} more" if count > TOLD else "")
    text = f"{count} with the tag {TAG}={MADE}: {some}"
    listed = f"`fargate-kit teardown {MADE} --dry-run` lists it"
    if not made.in_use:
        goes = f"{listed}, without --dry-run it goes"
        if any(each.kind == "role" for each in made.marked):
            goes += "; a role has no region, and may be in use in another one"
        return [f"{text}; left over, for nothing runs here"], [goes]
    users = "; ".join(f"cluster {each.name}, {busy(each)}" for each in made.in_use[:TOLD])
    empty = [
        each.name
        for each in made.clusters
        if each not in made.in_use and each.tags.get(TAG) == MADE
    ]
    return (
        [text],
        [
            f"it may be in use by what is in {users}; {listed}",
            *(f"cluster {name} is empty; `fargate-kit down {name}` deletes it" for name in empty),
        ],
    )


def _of_up(made: _Made) -> tuple[list[str], list[str]]:
    """Return the same of what `up` made."""
    clusters = {
        each.name: each for each in made.clusters if cluster_of(each.tags.get(TAG, "")) == each.name
    }
    texts, remedies = [], []
    for name in sorted({*clusters, *made.networks}):
        cluster, vpcs = clusters.get(name), made.networks.get(name, ())
        things = [f"cluster {name}"] if cluster else []
        things += [f"network {each} of cluster {name}" for each in vpcs]
        used = cluster is not None and cluster in made.in_use
        if used or _is_there(made, name, besides=cluster):
            texts.append(f"by `up`, in use: {', '.join(things)}")
        else:
            texts.append(f"by `up`, with nothing in it: {', '.join(things)}")
            remedies.append(f"`fargate-kit down {name}` takes away {', '.join(things)}")
    return texts, remedies


def _is_there(made: _Made, name: str, *, besides: Cluster | None) -> bool:
    """Whether a cluster that `up` found there, and did not make, is in use."""
    return besides is None and any(each.name == name for each in made.in_use)
