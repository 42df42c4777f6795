"""Rules over volumes and where they are mounted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fargate_kit.model.problems import Hidden, Problem, Rule, quoted
from fargate_kit.model.reading import Reading
from fargate_kit.model.task_level_rules import NAME, NAME_ALLOWED

VOLUME_NAME = Rule(
    id="volume-name",
    says="A volume has a name of 1 to 255 letters, digits, hyphens and underscores.",
    source="guide: task_definition_parameters; model: Volume",
)
UNIQUE_VOLUME_NAMES = Rule(
    id="unique-volume-names",
    says="No two volumes of a task definition have the same name.",
    source="unverified: a mount point finds its volume by this name alone",
    mark="MEM",
)
VOLUME_KIND = Rule(
    id="volume-kind",
    says="A volume has one configuration.",
    source="model: Volume",
)
VOLUME_ON_FARGATE = Rule(
    id="volume-on-fargate",
    says="A volume on Fargate is a bind mount without sourcePath, EFS, S3 Files or one EBS volume.",
    source="guide: fargate-tasks-services, task_definition_parameters; model: Volume",
    fargate=True,
)
VOLUME_ON_WINDOWS = Rule(
    id="volume-on-windows",
    says="Windows containers on Fargate have no EFS, S3 Files or EBS volume.",
    source="guide: task_definition_parameters",
    fargate=True,
)
ONE_VOLUME_AT_LAUNCH = Rule(
    id="one-volume-at-launch",
    says="At most one volume is configured at launch.",
    source="model: Volume",
)
EFS_ENCRYPTION = Rule(
    id="efs-encryption",
    says="An EFS volume with an access point or IAM has transit encryption.",
    source="model: EFSVolumeConfiguration, EFSAuthorizationConfig",
)
ACCESS_POINT_ROOT = Rule(
    id="access-point-root",
    says="A file system with an access point has / as its root directory, or none.",
    source="model: EFSVolumeConfiguration, S3FilesVolumeConfiguration",
)
S3_FILES_TASK_ROLE = Rule(
    id="s3-files-task-role",
    says="A task with an S3 Files volume has a task role.",
    source="model: S3FilesVolumeConfiguration",
)
MOUNT_SOURCE = Rule(
    id="mount-source",
    says="A mount point names a volume of the task.",
    source="model: MountPoint",
)
MOUNT_PATH = Rule(
    id="mount-path",
    says="A mount point has a path in the container.",
    source="guide: task_definition_parameters",
)
UNIQUE_MOUNT_PATHS = Rule(
    id="unique-mount-paths",
    says="No two mount points of a container have the same path.",
    source="unverified: Docker refuses a duplicate mount point",
    mark="MEM",
)
VOLUMES_FROM = Rule(
    id="volumes-from",
    says="volumesFrom names another container of the task.",
    source="model: VolumeFrom",
)

RULES = (
    VOLUME_NAME,
    UNIQUE_VOLUME_NAMES,
    VOLUME_KIND,
    VOLUME_ON_FARGATE,
    VOLUME_ON_WINDOWS,
    ONE_VOLUME_AT_LAUNCH,
    EFS_ENCRYPTION,
    ACCESS_POINT_ROOT,
    S3_FILES_TASK_ROLE,
    MOUNT_SOURCE,
    MOUNT_PATH,
    UNIQUE_MOUNT_PATHS,
    VOLUMES_FROM,
)

_EFS, _S3_FILES = "efsVolumeConfiguration", "s3filesVolumeConfiguration"
_DOCKER, _FSX = "dockerVolumeConfiguration", "fsxWindowsFileServerVolumeConfiguration"
_FARGATE_VOLUMES = "a volume without sourcePath, EFS, S3 Files, or configuredAtLaunch for EBS"


def _volumes(reading: Reading) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    at_launch: list[str] = []
    for path, volume in reading.entries("volumes"):
        name = volume.get("name")
        if name is None or not NAME.fullmatch(name):
            yield VOLUME_NAME.problem(
                f"{path}.name", given=name, allowed=NAME_ALLOWED, remedy="give it such a name"
            )
        elif name in seen:
            yield UNIQUE_VOLUME_NAMES.problem(
                f"{path}.name",
                given=name,
                allowed="a name of its own for every volume",
                remedy=f"rename it, {seen[name]} has this name already",
            )
        else:
            seen[name] = path
        yield from _kind(path, volume, windows=reading.windows)
        yield from _file_system(path, volume, reading)
        if volume.get("configuredAtLaunch"):
            at_launch.append(path)
    for path in at_launch[1:]:
        yield ONE_VOLUME_AT_LAUNCH.problem(
            f"{path}.configuredAtLaunch",
            given=True,
            allowed="true for one volume of the task",
            remedy=f"leave it out, {at_launch[0]} has it already",
        )


def _kind(path: str, volume: dict[str, Any], *, windows: bool) -> Iterator[Problem]:
    kinds = [kind for kind in (_EFS, _S3_FILES, _DOCKER, _FSX) if volume.get(kind)]
    if volume.get("configuredAtLaunch"):
        kinds.append("configuredAtLaunch")
    source_path = volume.get("host", {}).get("sourcePath")
    if len(kinds) + bool(source_path) > 1:
        yield VOLUME_KIND.problem(
            path,
            given=Hidden(" and ".join(kinds + ["host"] * bool(source_path))),
            allowed="one of them",
            remedy="make a volume of each",
        )
    for kind in (_DOCKER, _FSX):
        if kind in volume:
            yield VOLUME_ON_FARGATE.problem(
                f"{path}.{kind}",
                given=Hidden("a configuration"),
                allowed=_FARGATE_VOLUMES,
                remedy="use one of these",
            )
    if source_path:
        yield VOLUME_ON_FARGATE.problem(
            f"{path}.host.sourcePath",
            given=source_path,
            allowed=_FARGATE_VOLUMES,
            remedy="leave sourcePath out, a Fargate task has no host of its own",
        )
    for kind in (_EFS, _S3_FILES, "configuredAtLaunch"):
        if windows and kind in kinds:
            yield VOLUME_ON_WINDOWS.problem(
                f"{path}.{kind}",
                given=Hidden("a volume for Linux"),
                allowed="a volume without configuration",
                remedy="leave it out",
            )


def _file_system(path: str, volume: dict[str, Any], reading: Reading) -> Iterator[Problem]:
    efs, s3_files = volume.get(_EFS, {}), volume.get(_S3_FILES, {})
    authorization = efs.get("authorizationConfig", {})
    access_point = authorization.get("accessPointId")
    protected = access_point or authorization.get("iam") == "ENABLED"
    if protected and efs.get("transitEncryption") != "ENABLED":
        yield EFS_ENCRYPTION.problem(
            f"{path}.{_EFS}.transitEncryption",
            given=efs.get("transitEncryption"),
            allowed="ENABLED with an access point or IAM",
            remedy="write ENABLED",
        )
    points = ((_EFS, efs, access_point), (_S3_FILES, s3_files, s3_files.get("accessPointArn")))
    for member, system, point in points:
        root = system.get("rootDirectory", "/")
        if point and root not in ("", "/"):
            yield ACCESS_POINT_ROOT.problem(
                f"{path}.{member}.rootDirectory",
                given=root,
                allowed="/ or nothing with an access point",
                remedy="leave it out, the access point has the directory",
            )
    if _S3_FILES in volume and not reading.task.get("taskRoleArn"):
        yield S3_FILES_TASK_ROLE.problem(
            "taskRoleArn",
            given=None,
            allowed="a role",
            remedy=f"give a task role that may use the file system of {path}",
        )


def _mount_points(reading: Reading) -> Iterator[Problem]:
    names = [volume.get("name") for _, volume in reading.entries("volumes")]
    for container in reading.containers:
        seen: dict[str, str] = {}
        for path, mount in container.entries("mountPoints"):
            source, place = mount.get("sourceVolume"), mount.get("containerPath")
            if source not in names or not source:
                known = ", ".join(quoted(name) for name in names if name) or "none is defined"
                yield MOUNT_SOURCE.problem(
                    f"{path}.sourceVolume",
                    given=source,
                    allowed=f"a volume of the task ({known})",
                    remedy="name one of these, or add the volume to volumes",
                )
            if not place:
                yield MOUNT_PATH.problem(
                    f"{path}.containerPath",
                    given=place,
                    allowed="a path",
                    remedy="give the directory where the container finds the volume",
                )
            elif place in seen:
                yield UNIQUE_MOUNT_PATHS.problem(
                    f"{path}.containerPath",
                    given=place,
                    allowed="each path once in a container",
                    remedy=f"choose another path, {seen[place]} has it already",
                )
            else:
                seen[place] = path


def _volumes_from(reading: Reading) -> Iterator[Problem]:
    names = {container.name for container in reading.containers}
    for container in reading.containers:
        for path, source in container.entries("volumesFrom"):
            name = source.get("sourceContainer")
            if not name or name not in names or name == container.name:
                yield VOLUMES_FROM.problem(
                    f"{path}.sourceContainer",
                    given=name,
                    allowed="the name of another container of the task",
                    remedy="name another container, or leave it out",
                )


CHECKS = (_volumes, _mount_points, _volumes_from)
