"""The action that a form names: whether the service that the request is meant for has it."""

from __future__ import annotations

import re

from botocore.exceptions import DataNotFoundError, UnknownServiceError

from fargate_kit.sim.request import VERSIONS, Protocol, Request, Route, read_action
from fargate_kit.sim.service_models import service_model
from fargate_kit.sim.wording import MEM, OBS, Refusal

__all__ = ["check_action"]

# Source: page `CommonErrors` of the IAM and the Elastic Load Balancing API references.
ACTION_MISSING = Refusal("MissingAction", "The request is missing an action.", MEM)
ACTION_UNKNOWN = Refusal(
    "InvalidAction", "Could not find operation {action} for version {version}", MEM
)
# Source: page `errors-overview` of the EC2 API reference, which has the codes.
EC2_ACTION_MISSING = Refusal("MissingAction", "The request must contain the parameter Action", MEM)
EC2_ACTION_UNKNOWN = Refusal(
    "InvalidAction", "The action {action} is not valid for this web service.", OBS
)
EC2_VERSION_UNKNOWN = Refusal(
    "NoSuchVersion", "The requested version ({version}) of service AmazonEC2 does not exist", OBS
)
_NO_VERSION = "NO_VERSION_SPECIFIED"
# EC2 has many versions, of which botocore knows the last.
_EC2_VERSION = re.compile(r"20\d\d-\d\d-\d\d", re.ASCII)


def check_action(request: Request, target: Route) -> None:
    """Refuse a form that names no action, or none of the service and version that it names.

    Raises:
        AwsError: `MissingAction`, `InvalidAction` or `NoSuchVersion`.
    """
    if target.protocol not in {Protocol.QUERY, Protocol.EC2}:
        return
    try:
        model = service_model(target.service)
    except (UnknownServiceError, DataNotFoundError):
        return
    action, version = read_action(request)
    known = action in model.operation_names
    if target.protocol == Protocol.EC2:
        _check_ec2(action, version, known=known)
        return
    if not action:
        raise ACTION_MISSING.error()
    versioned = target.service in VERSIONS.values()
    if not known or (versioned and VERSIONS.get(version) != target.service):
        raise ACTION_UNKNOWN.error(action=action, version=version or _NO_VERSION)


def _check_ec2(action: str, version: str, *, known: bool) -> None:
    if not action:
        raise EC2_ACTION_MISSING.error()
    if version and not _EC2_VERSION.fullmatch(version):
        raise EC2_VERSION_UNKNOWN.error(version=version)
    if not known:
        raise EC2_ACTION_UNKNOWN.error(action=action)
