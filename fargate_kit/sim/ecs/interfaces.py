"""The network interface of a task: made in its subnet, deleted with the task."""

from __future__ import annotations

from fargate_kit.sim.ecs import wording
from fargate_kit.sim.ecs.ground import Ground
from fargate_kit.sim.ecs.state import AttachmentState, TaskState
from fargate_kit.sim.facts import NetworkInterface, SubnetFact
from fargate_kit.sim.network import Addresses, NoFreeAddress, Placement

_NO_ADDRESS = "InsufficientFreeAddressesInSubnet"


class InterfaceFailed(Exception):
    """EC2 makes no interface; the message is what AWS tells of it."""


class Interfaces:
    """Attaches interfaces to one region's tasks."""

    def __init__(self, ground: Ground, addresses: Addresses) -> None:
        self._ground = ground
        self._addresses = addresses

    def attach(self, task: TaskState) -> None:
        """Make the interface of a task, with addresses of its subnet.

        Raises:
            InterfaceFailed: The subnet is gone or has no free address.
        """
        ground, attachment = self._ground, task.attachment
        subnet = ground.outside.subnet(ground.region, attachment.subnet_id)
        if subnet is None:
            raise _failure(attachment, "InvalidSubnetID.NotFound")
        if ground.faults.addresses_exhausted(subnet.id):
            raise _failure(attachment, _NO_ADDRESS)
        try:
            placement = self._addresses.place(
                subnet,
                in_use=ground.outside.addresses_in_use(ground.region, subnet.id),
                public=attachment.assign_public_ip,
                chance=ground.engine.random("interface", task.id),
            )
        except NoFreeAddress:
            raise _failure(attachment, _NO_ADDRESS) from None
        ground.outside.create_network_interface(self._interface(attachment, subnet, placement))
        attachment.placement = placement
        attachment.status = "ATTACHED"
        task.connectivity_at = ground.engine.now

    def delete(self, task: TaskState) -> None:
        """Delete the interface of a task, if it has one, and free its addresses."""
        attachment = task.attachment
        if (placement := attachment.placement) is not None:
            self._ground.outside.delete_network_interface(
                self._ground.region, placement.interface_id
            )
            self._addresses.release(attachment.subnet_id, placement)
        attachment.status = "DELETED"

    def _interface(
        self, attachment: AttachmentState, subnet: SubnetFact, placement: Placement
    ) -> NetworkInterface:
        ground = self._ground
        return NetworkInterface(
            id=placement.interface_id,
            region=ground.region,
            subnet_id=subnet.id,
            vpc_id=subnet.vpc_id,
            availability_zone=subnet.availability_zone,
            mac_address=placement.mac_address,
            private_address=placement.private_address,
            private_dns_name=placement.private_dns_name,
            public_address=placement.public_address,
            group_ids=attachment.group_ids,
            description=ground.references.arn("attachment", attachment.id),
            account=ground.account_id,
        )


def _failure(attachment: AttachmentState, error: str) -> InterfaceFailed:
    attachment.status = "FAILED"
    return InterfaceFailed(
        wording.INTERFACE_ERROR.say(
            public="enabled" if attachment.assign_public_ip else "disabled",
            subnet=attachment.subnet_id,
            error=error,
        )
    )
