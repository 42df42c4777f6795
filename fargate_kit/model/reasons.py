"""Why a task stopped or was not placed: AWS's reasons by family, each with what to do about it.

The texts that the patterns look for are those of "Stopped tasks error codes" and "Amazon ECS
service event messages" in the ECS Developer Guide, and of public logs where AWS does not publish
them; they are matched loosely on purpose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "BLOCKED",
    "IMPAIRED",
    "PROTECTED",
    "REASONS",
    "STOPPED_BY_USER",
    "THROTTLED",
    "UNKNOWN",
    "Reason",
    "as_table",
    "reason_for",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A family of reasons.

    Attributes:
        family: The kind of trouble, such as `image` or `network`.
        pattern: What AWS's text contains, as a regular expression without regard to case.
        transient: Whether starting again may help without changing anything.
        remedy: What to do, in plain words.
        example: What such a text looks like, shortened.
    """

    family: str
    pattern: str
    transient: bool
    remedy: str
    example: str = ""


# A connection that came to nothing, in the words of several programs.
_UNREACHED = (
    r"(i/o timeout|request canceled|RequestCanceled|context deadline exceeded|timed out"
    r"|connection refused|no route to host|connection issue between|task network configuration)"
)
_REFUSED = r"(AccessDenied|not authorized|access denied|denied|unauthorized|403 Forbidden)"

# Four that ECS tells of only in a service's events.
THROTTLED = Reason(
    family="throttle",
    pattern=r"operations are being throttled",
    transient=True,
    remedy="ECS is being throttled by a service that it calls for you, and goes on by itself. "
    "Deploy fewer services at once if it lasts.",
    example="operations are being throttled. Will try again later.",
)
BLOCKED = Reason(
    family="configuration",
    pattern=r"because of the service deployment configuration",
    transient=False,
    remedy="The service may neither stop an old task nor start a new one. Lower "
    "minimum_healthy_percent or raise maximum_percent.",
    example="was unable to stop or start tasks during a deployment because of the service "
    "deployment configuration.",
)
PROTECTED = Reason(
    family="protection",
    pattern=r"unable to scale in|tasks under protection|protected tasks|DEPLOYMENT_BLOCKED",
    transient=True,
    remedy="Tasks under protection are not stopped. Wait until their protection ends, or take "
    "it off.",
    example="was unable to scale in due to (reason 2 tasks under protection)",
)
IMPAIRED = Reason(
    family="start",
    pattern=r"unable to consistently start tasks",
    transient=False,
    remedy="The tasks stop before they run, and ECS waits longer and longer between its "
    "attempts. Look at why they stopped.",
    example="is unable to consistently start tasks successfully.",
)
STOPPED_BY_USER = Reason(
    family="stopped",
    pattern=r"^Task stopped by user|^UserInitiated$",
    transient=False,
    remedy="Somebody stopped the task with StopTask. Start it again if that was not meant.",
    example="Task stopped by user",
)

# The first pattern that fits wins, so the particular stands before the general.
REASONS: tuple[Reason, ...] = (
    Reason(
        family="image",
        pattern=r"toomanyrequests|pull rate limit|429 Too Many Requests",
        transient=True,
        remedy="The registry limits pulls. Wait, sign in to it (repositoryCredentials), or copy "
        "the image to ECR or use an ECR pull-through cache.",
        example="CannotPullContainerError: … toomanyrequests: You have reached your pull rate "
        "limit",
    ),
    Reason(
        family="image",
        pattern=r"no space left on device",
        transient=False,
        remedy="The image does not fit. Raise the ephemeral storage (21 to 200 GiB) or make the "
        "image smaller.",
        example="CannotPullContainerError: … no space left on device",
    ),
    Reason(
        family="image",
        pattern=r"CannotPull.*no such host",
        transient=False,
        remedy="The image's registry has a name that is not known. Check the part of the image's "
        "name before the first slash.",
        example="CannotPullContainerError: … dial tcp: lookup regstry.example.com: no such host",
    ),
    Reason(
        family="network",
        pattern=rf"(CannotPull|registry auth(?!:)|registry auth: service).*{_UNREACHED}"
        r"|registry authentication from Amazon ECR.*connection issue",
        transient=False,
        remedy="The task cannot reach the registry. In a public subnet give it a public IP; in a "
        "private one a NAT gateway or VPC endpoints (ecr.api, ecr.dkr, s3); and let its security "
        "group out on 443.",
        example="CannotPullContainerError: … dial tcp 52.1.2.3:443: i/o timeout",
    ),
    Reason(
        family="network",
        pattern=rf"(unable to pull secrets|from (asm|ssm)|secret).*{_UNREACHED}",
        transient=False,
        remedy="The task cannot reach where its secrets are. Give its subnet a way out (public "
        "IP, NAT gateway) or VPC endpoints (secretsmanager or ssm, and ecr.api), and let its "
        "security group out on 443.",
        example="ResourceInitializationError: unable to pull secrets or registry auth: … context "
        "deadline exceeded. Please check your task network configuration.",
    ),
    Reason(
        family="network",
        pattern=rf"(logger args|logging driver|Cloudwatch log).*{_UNREACHED}",
        transient=False,
        remedy="The task cannot reach CloudWatch Logs. Give its subnet a way out (public IP, NAT "
        "gateway) or a VPC endpoint (logs), and let its security group out on 443.",
        example="ResourceInitializationError: failed to validate logger args: … dial tcp "
        "52.1.2.3:443: i/o timeout",
    ),
    Reason(
        family="network",
        pattern=rf"download env files.*{_UNREACHED}",
        transient=False,
        remedy="The task cannot reach S3, where its environment files are. Give its subnet a way "
        "out (public IP, NAT gateway) or a gateway endpoint for s3.",
        example="ResourceInitializationError: failed to download env files: … context deadline "
        "exceeded",
    ),
    Reason(
        family="permission",
        pattern=r"(unable to|failed to|cannot) assume\b.*role",
        transient=False,
        remedy="ECS cannot take the role on. Check that it exists, and that its trust policy lets "
        "ecs-tasks.amazonaws.com do sts:AssumeRole; a role made a moment ago takes some seconds.",
        example="ECS was unable to assume the role 'arn:aws:iam::111122223333:role/job' that was "
        "provided for this task.",
    ),
    Reason(
        family="permission",
        pattern=rf"download env files.*{_REFUSED}",
        transient=False,
        remedy="The execution role may not read an environment file. Allow it s3:GetObject on the "
        "file and s3:GetBucketLocation on its bucket.",
        example="ResourceInitializationError: failed to download env files: … AccessDenied: Access "
        "Denied status code: 403",
    ),
    Reason(
        family="environment file",
        pattern=r"download env files|environment files?",
        transient=False,
        remedy="An environment file could not be read. Check the bucket and the key that "
        "environmentFiles names, and that the file ends in .env.",
        example="ResourceInitializationError: failed to download env files: … NoSuchKey: The "
        "specified key does not exist.",
    ),
    Reason(
        family="permission",
        pattern=rf"(logger args|logging driver|Cloudwatch log).*{_REFUSED}",
        transient=False,
        remedy="The execution role may not write the log. Allow it logs:CreateLogStream and "
        "logs:PutLogEvents on the log group, and logs:CreateLogGroup where awslogs-create-group "
        "is set.",
        example="ResourceInitializationError: failed to validate logger args: … "
        "AccessDeniedException: … not authorized to perform: logs:CreateLogStream",
    ),
    Reason(
        family="permission",
        pattern=rf"(from (asm|ssm)|fetch secret|GetSecretValue|ssm:GetParameters).*{_REFUSED}",
        transient=False,
        remedy="The execution role may not read a secret. Allow it secretsmanager:GetSecretValue "
        "or ssm:GetParameters on it, and kms:Decrypt for a key of your own.",
        example="ResourceInitializationError: … unable to retrieve secret from asm: … "
        "AccessDeniedException: … not authorized to perform: secretsmanager:GetSecretValue",
    ),
    Reason(
        family="permission",
        pattern=rf"(CannotPull|pull access denied|registry auth).*{_REFUSED}",
        transient=False,
        remedy="Pulling the image is not allowed. Check the image's name, and that the execution "
        "role may pull from the repository (ecr:GetAuthorizationToken, ecr:BatchGetImage, "
        "ecr:GetDownloadUrlForLayer).",
        example="CannotPullContainerError: … pull access denied, repository does not exist or may "
        "require authorization",
    ),
    Reason(
        family="image",
        pattern=r"CannotPull|invalid reference format|no matching manifest|ImageNotFound",
        transient=False,
        remedy="The image cannot be pulled. Check its name and tag, that it exists for the task's "
        "CPU architecture, and that the task can reach the registry.",
        example="CannotPullContainerError: … failed to resolve ref docker.io/library/gone:1: not "
        "found",
    ),
    Reason(
        family="logs",
        pattern=r"initiali[sz]e logging driver|logger args|log group does not exist"
        r"|logs:PutLogEvents",
        transient=False,
        remedy="The log driver could not start. Create the log group in the region of "
        "awslogs-region (or set awslogs-create-group), and let the execution role write to it.",
        example="ResourceInitializationError: failed to validate logger args: … The specified log "
        "group does not exist.",
    ),
    Reason(
        family="secret",
        pattern=r"secrets? (from|manager)|unable to pull secrets|from ssm|ssm parameters"
        r"|GetSecretValue|GetParameters",
        transient=False,
        remedy="A secret could not be read. Check its ARN, the JSON key it names if it names one, "
        "and that it is in the region that the ARN tells.",
        example="ResourceInitializationError: … unable to retrieve secret from asm: … Secrets "
        "Manager can't find the specified secret.",
    ),
    Reason(
        family="storage",
        pattern=r"\bEFS\b|mount\.nfs|CannotCreateVolumeError|\bEBS\b|volumes?\b",
        transient=False,
        remedy="A volume could not be set up. Check that the file system exists, that its mount "
        "target lets the task's security group in, and the task role's permissions.",
        example="ResourceInitializationError: failed to invoke EFS utils commands to set up EFS "
        "volumes",
    ),
    Reason(
        family="load balancer",
        pattern=r"TargetGroupNotFound|LoadBalancerNotFound|have an associated load balancer"
        r"|(target.?group|load balancer)[^.]*(not found|(does|do) not exist)"
        r"|(unable|failed) to (de)?register",
        transient=False,
        remedy="The load balancer or its target group is gone, or takes no targets. Give the "
        "target group a listener, or give the service another target group (deploy(targets=…)).",
        example="The target group arn:aws:elasticloadbalancing:… does not have an associated load "
        "balancer.",
    ),
    Reason(
        family="permission",
        pattern=r"execution role|AccessDenied|not authorized",
        transient=False,
        remedy="A role is missing or may not do what is needed. Check that it exists, that it "
        "trusts ecs-tasks.amazonaws.com, and its policies.",
        example="AccessDeniedException: User: … is not authorized to perform: …",
    ),
    Reason(
        family="network",
        pattern=r"network interface provisioning to complete",
        transient=True,
        remedy="AWS did not provide the network interface in time. Start the task again.",
        example="Timeout waiting for network interface provisioning to complete.",
    ),
    Reason(
        family="network",
        pattern=r"insufficient.*(free )?address|InsufficientFreeAddresses|not enough free addresses"
        r"|InsufficientFreeAddressesInSubnet",
        transient=True,
        remedy="The subnet has no free address. Stop tasks that are not needed, or give larger or "
        "further subnets.",
        example="Unexpected EC2 error while attempting to Create Network Interface …: "
        "InsufficientFreeAddressesInSubnet",
    ),
    Reason(
        family="network",
        pattern=rf"network interface|ResourceInitializationError.*({_UNREACHED}|dial tcp)",
        transient=False,
        remedy="The task's network could not be set up, or does not reach what it needs. Check "
        "the subnet's route (public IP, NAT gateway or VPC endpoints), the security group's way "
        "out on 443, and the service quotas for network interfaces.",
        example="Unexpected EC2 error while attempting to Create Network Interface with public IP "
        "assignment enabled in subnet 'subnet-1'",
    ),
    Reason(
        family="spot",
        pattern=r"Spot (Task|interruption)|SpotInterruption",
        transient=True,
        remedy="Fargate Spot took its capacity back. Start the task again, or run it on FARGATE.",
        example="Your Spot Task was interrupted.",
    ),
    Reason(
        family="capacity",
        pattern=r"capacity is unavailable|RESOURCE:|EMPTY CAPACITY PROVIDER|NO ACTIVE INSTANCES"
        r"|no capacity|Availability Zone of the task is not available",
        transient=True,
        remedy="Fargate has no capacity for this in these zones now. Try again later, with more "
        "subnets, or on FARGATE instead of FARGATE_SPOT.",
        example="Capacity is unavailable at this time. Please try again later or in a different "
        "availability zone",
    ),
    Reason(
        family="quota",
        pattern=r"limit on the number of vCPUs|above your limit|quota|LimitExceeded",
        transient=False,
        remedy="A quota of the account is reached. Wait for running tasks to end, or ask AWS to "
        "raise it.",
        example="You've reached the limit on the number of vCPUs you can run concurrently",
    ),
    Reason(
        family="placement",
        pattern=r"no container instance met|placement constraint"
        r"|^(TaskFailedToStart: )?(ATTRIBUTE|LOCATION|AGENT|INACTIVE)\b",
        transient=False,
        remedy="ECS looked for an instance of your own, which Fargate does not use. Run on the "
        "launch type FARGATE or on FARGATE and FARGATE_SPOT, without placement constraints.",
        example="was unable to place a task because no container instance met all of its "
        "requirements.",
    ),
    Reason(
        family="memory",
        pattern=r"OutOfMemory|killed due to memory",
        transient=False,
        remedy="A container used more memory than its limit. Raise the container's or the task's "
        "memory, or make it use less.",
        example="OutOfMemoryError: Container killed due to memory usage",
    ),
    Reason(
        family="health check",
        pattern=r"failed (ELB|container) health checks|health check|is unhealthy in",
        transient=False,
        remedy="A health check failed. Check its command or path, port and expected code, and "
        "give the container time to start (startPeriod, health check grace period).",
        example="Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:…)",
    ),
    Reason(
        family="command",
        pattern=r"CannotStartContainerError|executable file not found|exec format error"
        r"|ContainerRuntimeError",
        transient=False,
        remedy="The container could not be started. Check entry point and command, and that the "
        "image is built for the task's CPU architecture.",
        example='CannotStartContainerError: … exec: "serve": executable file not found in $PATH',
    ),
    Reason(
        family="dependency",
        pattern=r"DependencyFailed|did not reach the condition",
        transient=False,
        remedy="A container waited for another that ended, stayed unhealthy or took too long. "
        "Look at that other container, and at dependsOn and startTimeout.",
        example="DependencyFailed: container 'db' did not reach the condition HEALTHY",
    ),
    Reason(
        family="exit",
        pattern=r"Essential container in task exited|^EssentialContainerExited$",
        transient=False,
        remedy="An essential container ended. Look at its exit code and the last lines of its log.",
        example="Essential container in task exited",
    ),
    Reason(
        family="maintenance",
        pattern=r"maintenance|TerminationNotice|InfrastructureHealth|underlying infrastructure",
        transient=True,
        remedy="AWS retired the host. Start the task again.",
        example="ECS is performing maintenance on the underlying infrastructure hosting the task.",
    ),
    Reason(
        family="scaling",
        pattern=r"Scaling activity initiated",
        transient=False,
        remedy="The service stopped the task because it was not needed any more.",
        example="Scaling activity initiated by (deployment ecs-svc/123)",
    ),
    STOPPED_BY_USER,
    THROTTLED,
    BLOCKED,
    PROTECTED,
    IMPAIRED,
    Reason(
        family="internal",
        pattern=r"InternalError|internal error|Unexpected EC2 error|ContainerRuntimeTimeoutError"
        r"|DockerTimeoutError|Could not transition to|Cannot(Stop|Inspect)ContainerError",
        transient=True,
        remedy="Something failed inside AWS. Start the task again; if it lasts, give subnets in "
        "other zones, for Fargate is not offered in every one.",
        example="InternalError",
    ),
    Reason(
        family="not found",
        pattern=r"ResourceNotFoundException",
        transient=False,
        remedy="Something that the task definition names is not there. Check the ARNs and names "
        "in it.",
        example="ResourceNotFoundException",
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


def as_table(reasons: Iterable[Reason] = REASONS) -> str:
    """Write reasons as a table in Markdown, by family, in the order in which they are tried."""
    lines = ["| family | such as | passes by itself | what to do |", "|---|---|---|---|"]
    for reason in sorted(reasons, key=lambda reason: reason.family):
        passes = "may pass" if reason.transient else "lasts"
        example = reason.example.replace("|", "\\|")
        lines.append(f"| {reason.family} | `{example}` | {passes} | {reason.remedy} |")
    return "\n".join(lines) + "\n"
