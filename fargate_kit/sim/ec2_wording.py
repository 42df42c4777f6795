"""Every text with which the simulated EC2 itself refuses, each with a mark of how sure it is."""

from __future__ import annotations

from fargate_kit.sim.wording import Mark, Refusal

DEPENDED_ON = "DependencyViolation"

# All seen in public reports of failed tear-downs.
SUBNET_IN_USE = Refusal(
    DEPENDED_ON, "The subnet '{id}' has dependencies and cannot be deleted.", Mark.OBS
)
VPC_IN_USE = Refusal(
    DEPENDED_ON, "The vpc '{id}' has dependencies and cannot be deleted.", Mark.OBS
)
GROUP_IN_USE = Refusal(DEPENDED_ON, "resource {id} has a dependent object", Mark.OBS)
ADDRESSES_MAPPED = Refusal(
    DEPENDED_ON,
    "Network {id} has some mapped public address(es). Please unmap those public address(es) "
    "before detaching the gateway.",
    Mark.OBS,
)
INTERFACE_IN_USE = Refusal(
    "InvalidParameterValue", "Network interface '{id}' is currently in use.", Mark.OBS
)
NAT_GATEWAY_MISSING = Refusal("NatGatewayNotFound", "NatGateway {id} was not found", Mark.MEM)
