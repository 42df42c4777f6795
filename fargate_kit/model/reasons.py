"""Why a task stopped: AWS's reasons by family, each with what to do about it.

The texts that the patterns look for are those of "Stopped tasks error codes" in the ECS Developer
Guide, and of public logs where AWS does not publish them; they are matched loosely on purpose.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["REASONS", "UNKNOWN", "Reason", "reason_for"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A family of reasons.

    Attributes:
        family: One word for the kind of trouble, such as `image` or `network`.
        pattern: What AWS's text contains, as a regular expression without regard to case.
        transient: Whether starting again may help without changing anything.
        remedy: What to do, in plain words.
    """

    family: str
    pattern: str
    transient: bool
    remedy: str


# The first pattern that fits wins, so the particular stands before the general.
REASONS: tuple[Reason, ...] = (
    Reason(
        family="image",
        pattern=r"toomanyrequests|rate limit",
        transient=True,
        remedy="The registry limits pulls. Wait, sign in to it (repositoryCredentials), or copy "
        "the image to ECR or use an ECR pull-through cache.",
    ),
    Reason(
        family="image",
        pattern=r"no space left on device",
        transient=False,
        remedy="The image does not fit. Raise the ephemeral storage (21 to 200 GiB) or make the "
        "image smaller.",
    ),
    Reason(
        family="network",
        pattern=r"CannotPull(ContainerError|ImageManifestError)?.*"
        r"(i/o timeout|request canceled|context deadline exceeded|connection timed out)",
        transient=False,
        remedy="The task cannot reach the registry. In a public subnet give it a public IP; in a "
        "private one a NAT gateway or VPC endpoints; and let its security group out on 443.",
    ),
    Reason(
        family="permission",
        pattern=r"(CannotPull|pull access denied|registry auth).*"
        r"(AccessDenied|not authorized|denied|unauthorized)",
        transient=False,
        remedy="Pulling the image is not allowed. Check the image's name, and that the execution "
        "role may pull from the repository (ecr:GetAuthorizationToken, ecr:BatchGetImage, "
        "ecr:GetDownloadUrlForLayer).",
    ),
    Reason(
        family="image",
        pattern=r"CannotPull|invalid reference format|no matching manifest|ImageNotFound",
        transient=False,
        remedy="The image cannot be pulled. Check its name and tag, that it exists for the task's "
        "CPU architecture, and that the task can reach the registry.",
    ),
    Reason(
        family="logs",
        pattern=r"initiali[sz]e logging driver|log group does not exist|logs:PutLogEvents",
        transient=False,
        remedy="The log driver could not start. Create the log group in the region of "
        "awslogs-region (or set awslogs-create-group), and let the execution role write to it.",
    ),
    Reason(
        family="secret",
        pattern=r"secrets? (from|manager)|unable to pull secrets|ssm|GetSecretValue|GetParameters",
        transient=False,
        remedy="A secret could not be read. Check its ARN, that the execution role may read it "
        "(secretsmanager:GetSecretValue or ssm:GetParameters, kms:Decrypt for a key of your own), "
        "and that the task can reach the service.",
    ),
    Reason(
        family="storage",
        pattern=r"EFS|CannotCreateVolumeError|EBS|volume",
        transient=False,
        remedy="A volume could not be set up. Check that the file system exists, that its mount "
        "target lets the task's security group in, and the task role's permissions.",
    ),
    Reason(
        family="permission",
        pattern=r"(unable to|failed to|cannot) assume.*role|execution role|AccessDenied",
        transient=False,
        remedy="A role is missing or may not do what is needed. Check that it exists, that it "
        "trusts ecs-tasks.amazonaws.com, and its policies.",
    ),
    Reason(
        family="network",
        pattern=r"network interface provisioning to complete",
        transient=True,
        remedy="AWS did not provide the network interface in time. Start the task again.",
    ),
    Reason(
        family="network",
        pattern=r"insufficient.*(free )?address|InsufficientFreeAddresses|not enough free addresses"
        r"|InsufficientFreeAddressesInSubnet",
        transient=True,
        remedy="The subnet has no free address. Stop tasks that are not needed, or give larger or "
        "further subnets.",
    ),
    Reason(
        family="network",
        pattern=r"network interface|ResourceInitializationError.*(timeout|dial tcp|connection)",
        transient=False,
        remedy="The task's network could not be set up, or does not reach what it needs. Check "
        "the subnet's route (public IP, NAT gateway or VPC endpoints), the security group's way "
        "out on 443, and the service quotas for network interfaces.",
    ),
    Reason(
        family="spot",
        pattern=r"Spot (Task|interruption)|SpotInterruption",
        transient=True,
        remedy="Fargate Spot took its capacity back. Start the task again, or run it on FARGATE.",
    ),
    Reason(
        family="capacity",
        pattern=r"capacity is unavailable|RESOURCE:|EMPTY CAPACITY PROVIDER|no capacity",
        transient=True,
        remedy="Fargate has no capacity for this in these zones now. Try again later, with more "
        "subnets, or on FARGATE instead of FARGATE_SPOT.",
    ),
    Reason(
        family="quota",
        pattern=r"limit on the number of vCPUs|above your limit|quota",
        transient=False,
        remedy="A quota of the account is reached. Wait for running tasks to end, or ask AWS to "
        "raise it.",
    ),
    Reason(
        family="memory",
        pattern=r"OutOfMemory|killed due to memory",
        transient=False,
        remedy="A container used more memory than its limit. Raise the container's or the task's "
        "memory, or make it use less.",
    ),
    Reason(
        family="health check",
        pattern=r"failed (ELB|container) health checks|health check",
        transient=False,
        remedy="A health check failed. Check its command or path, port and expected code, and "
        "give the container time to start (startPeriod, health check grace period).",
    ),
    Reason(
        family="command",
        pattern=r"CannotStartContainerError|executable file not found|exec format error"
        r"|ContainerRuntimeError",
        transient=False,
        remedy="The container could not be started. Check entry point and command, and that the "
        "image is built for the task's CPU architecture.",
    ),
    Reason(
        family="exit",
        pattern=r"Essential container in task exited",
        transient=False,
        remedy="An essential container ended. Look at its exit code and the last lines of its log.",
    ),
    Reason(
        family="maintenance",
        pattern=r"maintenance|TerminationNotice|InfrastructureHealth|underlying infrastructure",
        transient=True,
        remedy="AWS retired the host. Start the task again.",
    ),
    Reason(
        family="scaling",
        pattern=r"Scaling activity initiated",
        transient=False,
        remedy="The service stopped the task because it was not needed any more.",
    ),
    Reason(
        family="internal",
        pattern=r"InternalError|internal error|Unexpected EC2 error|ContainerRuntimeTimeoutError"
        r"|DockerTimeoutError",
        transient=True,
        remedy="Something failed inside AWS. Start the task again.",
    ),
)

UNKNOWN = Reason(
    family="unknown",
    pattern="",
    transient=False,
    remedy="AWS gave no reason that is known here. The ECS console and the service's events may "
    "tell more.",
)


def reason_for(*texts: str | None) -> Reason:
    """Return the family that the first text with a known one belongs to.

    Args:
        texts: AWS's reasons, the most telling first, such as a container's and the task's.
    """
    for text in texts:
        for reason in REASONS if text else ():
            if re.search(reason.pattern, text or "", re.IGNORECASE | re.DOTALL):
                return reason
    return UNKNOWN
