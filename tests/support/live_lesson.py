"""The verbs of notebook 02 one after the other, as its solution has them."""

from __future__ import annotations

from dataclasses import replace

import fargate_kit as fk
from fargate_kit.connections.connection import Connection

__all__ = ["SERVER", "reach_a_task"]

SERVER = fk.TaskSpec(
    family="server",
    cpu=256,
    memory=512,
    containers=[fk.ContainerSpec(name="web", image="public.ecr.aws/nginx/nginx:1.27", ports=[80])],
)


async def reach_a_task(aws: Connection, seat: str = "") -> None:
    """Run tasks, open a port, and let a service replace one; nothing is taken down.

    Args:
        seat: Stands before every name that an account has once.
    """
    shop = await aws.create_cluster(f"{seat}shop")
    await aws.create_log_group(f"/{seat}course/shop", retention_days=1)
    server = await aws.register(replace(SERVER, family=f"{seat}server"))
    network = await aws.default_network()
    here = replace(network, subnets=network.subnets[:1])
    task = await shop.run(server, network=here, started_by="2.1")
    await task.wait_running()
    for each in await shop.run_many(server, 3, network=network, started_by="2.2"):
        await each.wait_running()
    await aws.security_group(f"{seat}web", network=network, ports=80, open_to="203.0.113.0/24")
    service = await shop.create_service("web", server, desired_count=2, network=network)
    service = await service.wait_stable()
    victim = await anext(aiter(service.tasks()))
    await (await victim.stop("an exercise")).wait_stopped()
    await service.wait_stable()
