"""The picture of a chapter's slides: one of the course's own views, of a made-up account."""

from __future__ import annotations

from collections.abc import Callable

from fargate_kit.learn.picture import Picture
from fargate_kit.learn.views.compose_map import (
    ComposeMap,
    FileLine,
    MappedField,
    MappedFile,
    compose_map,
    compose_map_text,
)
from fargate_kit.learn.views.explorer import Node, explorer, explorer_text
from fargate_kit.learn.views.log_tail import TailLine, log_tail, log_tail_text
from fargate_kit.learn.views.network_map import (
    NetworkPicture,
    SubnetBox,
    TaskInterface,
    network_map,
    network_map_text,
)
from fargate_kit.learn.views.scaling_chart import (
    ActivityLine,
    CpuPoint,
    ScalingHistory,
    ScalingMoment,
    Threshold,
    scaling_chart,
    scaling_chart_text,
)
from fargate_kit.learn.views.target_health import (
    TargetBoard,
    TargetGroupRows,
    TargetRow,
    target_health,
    target_health_text,
)
from fargate_kit.learn.views.two_roles import RoleUse, TwoRoles, two_roles, two_roles_text

__all__ = ["slide_picture"]

EXAMPLE = "an example"


def slide_picture(chapter: int) -> tuple[str, Picture] | None:
    """Return the title and the picture of a chapter; None where it has none."""
    found = _PICTURES.get(chapter)
    return None if found is None else (found[0], found[1]())


def _objects() -> Picture:
    container = Node(kind="container", name="web", note="nginx:1.27")
    roots = (
        Node(
            kind="cluster",
            name="hello",
            note="ACTIVE",
            children=(
                Node(
                    kind="service",
                    name="web",
                    note="2 of 2 tasks run",
                    children=(
                        Node(kind="task", name="0a1b2c3d", note="RUNNING, runs web:2"),
                        Node(kind="task", name="4e5f6a7b", note="RUNNING, runs web:2"),
                    ),
                ),
            ),
        ),
        Node(
            kind="family",
            name="web",
            children=(
                Node(kind="revision", name="web:1", note="INACTIVE", children=(container,)),
                Node(kind="revision", name="web:2", note="ACTIVE", children=(container,)),
            ),
        ),
    )
    return Picture(explorer_text(roots), explorer(roots, badge=EXAMPLE))


def _network() -> Picture:
    zones = ("us-east-1a", "us-east-1b", "us-east-1c")
    network = NetworkPicture(
        name="VPC 172.31.0.0/16",
        subnets=tuple(
            SubnetBox(id=f"subnet-{zone[-1]}", zone=zone, cidr=f"172.31.{number * 16}.0/20")
            for number, zone in enumerate(zones)
        ),
        interfaces=(
            TaskInterface(
                task="0a1b2c3d",
                status="RUNNING",
                subnet_id="subnet-a",
                interface_id="eni-1",
                private_ip="172.31.4.7",
                public_ip="203.0.113.7",
            ),
            TaskInterface(
                task="4e5f6a7b",
                status="RUNNING",
                subnet_id="subnet-b",
                interface_id="eni-2",
                private_ip="172.31.20.9",
                public_ip="203.0.113.9",
            ),
            TaskInterface(task="8c9d0e1f", status="PROVISIONING", subnet_id="subnet-c"),
        ),
        badge=EXAMPLE,
    )
    return Picture(network_map_text(network), network_map(network))


def _log() -> Picture:
    said = (
        ("10:00:01", "web", "listening on port 80"),
        ("10:00:04", "web", 'GET / 200 "curl"'),
        ("10:00:05", "sidecar", "flushed 1 record"),
        ("10:00:09", "web", 'GET /nothing 404 "curl"'),
    )
    lines = [TailLine(at=at, source=source, text=text) for at, source, text in said]
    drawn = log_tail(lines, caption="group /ecs/web", badge=EXAMPLE)
    return Picture(log_tail_text(lines), drawn)


def _scaling() -> Picture:
    """Load that doubles twice, and tasks that follow it."""
    steps = ((0, 2, 2), (480, 4, 2), (560, 4, 4), (1200, 6, 4), (1280, 6, 6))
    loads = ((0, 90.0), (300, 180.0), (1080, 300.0))
    history = ScalingHistory(
        name="web",
        now=1800,
        moments=tuple(
            ScalingMoment(
                at=at,
                desired=desired,
                running=running,
                load=max(percent for since, percent in loads if since <= at),
            )
            for at, desired, running in steps
        ),
        cpu=tuple(
            CpuPoint(at=at, percent=percent)
            for at, percent in (
                (0, 45),
                (300, 45),
                (420, 90),
                (620, 45),
                (1080, 45),
                (1180, 75),
                (1340, 50),
            )
        ),
        thresholds=(Threshold(percent=50, words="target 50 %"),),
        minimum=1,
        maximum=8,
        activities=(
            ActivityLine(
                at="10:20:00",
                status="Successful",
                text="Setting desired count to 6.",
                cause="the alarm of the target was in ALARM",
            ),
        ),
        badge=EXAMPLE,
    )
    return Picture(scaling_chart_text(history), scaling_chart(history))


def _roles() -> Picture:
    uses = (
        ("caller", "start", "run the task with both roles", "ecs:RunTask, iam:PassRole"),
        ("execution", "before", "pull the image", "ecr:BatchGetImage"),
        ("execution", "before", "put a secret into a variable", "secretsmanager:GetSecretValue"),
        ("execution", "running", "write what containers say", "logs:PutLogEvents"),
        ("task", "running", "read a bucket", "s3:GetObject"),
    )
    picture = TwoRoles(
        name="web:2",
        roles={"execution": "ecsTaskExecutionRole", "task": "web-task"},
        uses=tuple(
            RoleUse(who=who, when=when, what=what, needs=needs) for who, when, what, needs in uses
        ),
        badge=EXAMPLE,
    )
    return Picture(two_roles_text(picture), two_roles(picture))


def _targets() -> Picture:
    board = TargetBoard(
        name="load balancer front",
        groups=(
            TargetGroupRows(
                name="web",
                check="GET / every 30 s",
                rows=(
                    TargetRow(
                        address="172.31.4.7:80", state="healthy", task="0a1b2c3d", zone="us-east-1a"
                    ),
                    TargetRow(
                        address="172.31.20.9:80",
                        state="initial",
                        task="4e5f6a7b",
                        zone="us-east-1b",
                        reason="Elb.InitialHealthChecking",
                        words="Initial health checks in progress",
                    ),
                    TargetRow(
                        address="172.31.36.2:80",
                        state="draining",
                        task="8c9d0e1f",
                        zone="us-east-1c",
                        reason="Target.DeregistrationInProgress",
                        words="Target deregistration is in progress",
                    ),
                ),
            ),
        ),
        badge=EXAMPLE,
    )
    return Picture(target_health_text(board), target_health(board))


def _translation() -> Picture:
    texts = (
        ("services:", "mapped"),
        ("  web:", "mapped"),
        ("    image: wordpress:6.8", "mapped"),
        ('    ports: ["8080:80"]', "altered"),
        ("    container_name: our-blog", "ignored"),
        ("    devices: [/dev/snd]", "refused"),
    )
    fields = (
        ("containerDefinitions", "mapped", 1, "web", ""),
        ("containerDefinitions[web]", "mapped", 2, "", ""),
        ("containerDefinitions[web].image", "mapped", 3, "wordpress:6.8", ""),
        ("containerDefinitions[web].portMappings", "altered", 4, "80", "8080 becomes 80"),
        ("services.web.container_name", "ignored", 5, "", "tasks have ids"),
        ("services.web.devices", "refused", 6, "", "Fargate gives no devices of a machine"),
    )
    mapped = ComposeMap(
        project="blog",
        files=(
            MappedFile(
                name="blog.yaml",
                lines=tuple(
                    FileLine(number=number, text=text, verdict=verdict)
                    for number, (text, verdict) in enumerate(texts, 1)
                ),
            ),
        ),
        fields=tuple(
            MappedField(
                name=name,
                verdict=verdict,
                places=((0, line),),
                value=value,
                reasons=(reason,) if reason else (),
            )
            for name, verdict, line, value, reason in fields
        ),
        badge=EXAMPLE,
    )
    return Picture(compose_map_text(mapped), compose_map(mapped))


_PICTURES: dict[int, tuple[str, Callable[[], Picture]]] = {
    1: ("What is in what", _objects),
    2: ("One task, one interface", _network),
    3: ("Lines of two containers", _log),
    4: ("Tasks follow the load", _scaling),
    5: ("Two roles, two moments", _roles),
    6: ("One address, three targets", _targets),
    7: ("Four verdicts", _translation),
}
