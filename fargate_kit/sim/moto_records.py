"""What is read from moto's backends and written to them, one small function a record."""

from __future__ import annotations

from typing import Any

from fargate_kit.sim.facts import (
    NetworkInterface,
    RepositoryMissing,
    SecurityGroupFact,
    SubnetFact,
)


def subnet(ec2: Any, subnet_id: str) -> SubnetFact | None:
    """Look a subnet up in EC2."""
    for zone in ec2.subnets.values():
        if found := zone.get(subnet_id):
            return SubnetFact(
                id=found.id,
                vpc_id=found.vpc_id,
                cidr=found.cidr_block,
                availability_zone=found.availability_zone,
                zone_id=found.availability_zone_id,
            )
    return None


def group(ec2: Any, group_id: str) -> SecurityGroupFact | None:
    """Look a security group up in EC2."""
    found = ec2.get_security_group_from_id(group_id)
    return SecurityGroupFact(id=found.id, vpc_id=found.vpc_id) if found else None


def default_group(ec2: Any, vpc_id: str) -> str | None:
    """Tell the id of a VPC's default security group."""
    found = ec2.get_default_security_group(vpc_id) if vpc_id in ec2.vpcs else None
    return str(found.id) if found else None


def addresses(ec2: Any, subnet_id: str) -> frozenset[str]:
    """List the private addresses of a subnet's interfaces, apart from those of tasks."""
    return frozenset(
        address["PrivateIpAddress"]
        for interface in ec2.enis.values()
        if interface.subnet.id == subnet_id and not hasattr(interface, "of_task")
        for address in interface.private_ip_addresses
    )


def image_digest(ecr: Any, repository: str, reference: str) -> str | None:
    """Find an image by tag or digest in ECR.

    Raises:
        RepositoryMissing: There is no such repository.
    """
    found = ecr.repositories.get(repository)
    if found is None:
        raise RepositoryMissing(repository)
    for image in found.images:
        digest = str(image.get_image_digest())
        if reference == digest or reference in image.image_tags:
            return digest
    return None


def show_interface(ec2: Any, interface: NetworkInterface) -> None:
    """Put an interface into EC2, with the ids and addresses that ECS chose.

    Raises:
        LookupError: A security group is gone; moto would make one up.
        Exception: moto's own error, if the subnet is gone.
    """
    for group_id in interface.group_ids:
        if ec2.get_security_group_from_id(group_id) is None:
            raise LookupError(f"security group {group_id} of {interface.id} is gone")
    made = ec2.create_network_interface(
        interface.subnet_id,
        interface.private_address,
        group_ids=list(interface.group_ids),
        description=interface.description,
    )
    del ec2.enis[made.id]
    made.id = interface.id
    made.mac_address = interface.mac_address
    made.private_dns_name = interface.private_dns_name
    made.private_ip_addresses[0]["PrivateDnsName"] = interface.private_dns_name
    made.public_ip = interface.public_address
    made.status = "in-use"
    made.requester_managed = True
    made.device_index = 1
    made.of_task = True
    ec2.enis[made.id] = made
