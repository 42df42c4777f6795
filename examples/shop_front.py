"""A shop of two services on Fargate: opened, released to twice, and closed without a trace.

    python examples/shop_front.py

runs on a simulated Fargate on this machine: no account, nothing to pay, some seconds. On AWS it
costs about 12 cents an hour while it is open, and must be told who may visit it:

    python examples/shop_front.py --live --region us-east-1 --open-to 203.0.113.0/24
"""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import anyio

import fargate_kit as fk

NGINX = "public.ecr.aws/docker/library/nginx:1.27"
BUSYBOX = "public.ecr.aws/docker/library/busybox:1.36"
PAGE = "/usr/share/nginx/html/index.html"
ZONES = 2
"""A balancer pays for an address in each zone; two survive the loss of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What differs from one release of the web to the next.

    Attributes:
        title: What the page is headed with; None is forgotten, and the container says so.
    """

    number: int
    title: str | None = None


def web_task(aws: fk.Connection, name: str, release: Release) -> fk.TaskSpec:
    """Return the task of the web, which writes its page and serves it."""
    settings = {"RELEASE": str(release.number), "SHOP_TITLE": release.title}
    script = (
        ': "${SHOP_TITLE:?is not set}"\n'
        f'echo "<h1>$SHOP_TITLE, release $RELEASE</h1>" > {PAGE}\n'
        'exec nginx -g "daemon off;"\n'
    )
    container = fk.ContainerSpec(
        name="web",
        image=NGINX,
        ports=[80],
        command=["sh", "-c", script],
        environment={key: value for key, value in settings.items() if value is not None},
        log_configuration=fk.LogConfiguration.awslogs(f"/ecs/{name}", region=aws.region),
    )
    return fk.TaskSpec(family=f"{name}-web", cpu=256, memory=512, containers=[container])


def worker_task(aws: fk.Connection, name: str) -> fk.TaskSpec:
    """Return the task of the worker, which packs an order now and then."""
    container = fk.ContainerSpec(
        name="worker",
        image=BUSYBOX,
        command=[
            "sh",
            "-c",
            'n=0; while true; do n=$((n+1)); echo "packed order $n"; sleep 5; done',
        ],
        log_configuration=fk.LogConfiguration.awslogs(f"/ecs/{name}", region=aws.region),
    )
    return fk.TaskSpec(family=f"{name}-worker", cpu=256, memory=512, containers=[container])


async def registered(
    aws: fk.Connection, spec: fk.TaskSpec, *, task_role: fk.Role | None = None
) -> fk.TaskDefinition:
    """Register a task with an execution role that may do what it needs, and no more."""
    role = await aws.create_execution_role(spec)
    return await aws.register(replace(spec, execution_role=role, task_role=task_role))


async def open_shop(
    aws: fk.Connection, name: str, *, open_to: str | Sequence[str]
) -> fk.WebService:
    """Open a web of two to four tasks behind a balancer, and a worker; return the web."""
    await aws.create_log_group(f"/ecs/{name}", retention_days=1)
    orders = await aws.create_task_role(
        f"{name}-worker",
        statements=[
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shop-orders/*"}
        ],
    )
    cluster = await aws.create_cluster(name)
    network = await aws.default_network()
    network = replace(network, subnets=network.subnets[:ZONES])
    opened: list[fk.WebService] = []

    async def open_web() -> None:
        definition = await registered(aws, web_task(aws, name, Release(number=1, title="The shop")))
        web = await cluster.create_web_service(
            "web", definition, port=80, open_to=open_to, desired_count=2, network=network
        )
        web = await web.wait_ready()
        await web.service.autoscale(2, 4, fk.TargetTracking.cpu(50))
        opened.append(web)

    async def open_worker() -> None:
        definition = await registered(aws, worker_task(aws, name), task_role=orders)
        worker = await cluster.create_service("worker", definition, network=network)
        await worker.wait_stable()

    # New roles take a while to be known; both wait at the same time.
    async with anyio.create_task_group() as group:
        group.start_soon(open_web)
        group.start_soon(open_worker)
    return opened[0]


async def roll_out(aws: fk.Connection, web: fk.WebService, spec: fk.TaskSpec) -> bool:
    """Bring a release to all tasks of the web; tell whether it stayed."""
    service = await web.service.refresh()
    deployment = await service.deploy(await registered(aws, spec))
    try:
        await deployment.wait()
    except fk.DeploymentRolledBack as taken_back:
        print(taken_back.evidence)
        return False
    return True


async def show_bill(web: fk.WebService) -> None:
    """Tell what the web costs, as far as prices are known."""
    try:
        print(await web.service.cost())
    except fk.UnknownPrice as unknown:
        print(f"What it costs is not known here: {unknown}")


async def run_shop(aws: fk.Connection, *, name: str, open_to: str | Sequence[str]) -> None:
    """Open the shop, roll a bad release and a good one, and close it; nothing is left of it."""
    async with aws.temporary(name) as mine:
        web = await open_shop(mine, name, open_to=open_to)
        print(f"open at {web.url}")
        await show_bill(web)
        for release in (Release(number=2), Release(number=3, title="The better shop")):
            stayed = await roll_out(mine, web, web_task(mine, name, release))
            print(f"release {release.number} {'stays' if stayed else 'was taken back'}")
        web = await web.refresh()
        healthy = await web.target_group.wait_healthy(web.service.running_count)
        print(f"{len(healthy)} tasks are healthy")
    print("closed: nothing is left")


@asynccontextmanager
async def account(arguments: argparse.Namespace) -> AsyncIterator[fk.Connection]:
    """Connect to AWS if that was asked for, and to a simulated Fargate otherwise."""
    if arguments.live:
        async with fk.connect(region=arguments.region) as aws:
            yield aws
        return
    async with fk.sim.simulate(speed=arguments.speed) as world, world.connect() as aws:
        yield aws


async def main(arguments: argparse.Namespace) -> None:
    """Run the shop where the arguments say."""
    async with account(arguments) as aws:
        await run_shop(aws, name=arguments.name, open_to=arguments.open_to)


def parsed(words: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line; on AWS, who may visit must be named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--name", default="shop-front", help="what everything is named after")
    parser.add_argument("--speed", type=float, default=100, help="of the simulated Fargate")
    parser.add_argument("--live", action="store_true", help="on AWS: this costs money")
    parser.add_argument("--region", help="of AWS; by default that of the environment")
    parser.add_argument("--open-to", action="append", help="who may visit, such as 203.0.113.0/24")
    arguments = parser.parse_args(words)
    if arguments.live and not arguments.open_to:
        parser.error("--live needs --open-to: say who may visit, such as 203.0.113.0/24")
    arguments.open_to = arguments.open_to or fk.ANYWHERE
    return arguments


if __name__ == "__main__":
    anyio.run(main, parsed())
