"""What `--json` tells of services, tasks, deployments and events: AWS's words in snake_case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fargate_kit.model.deployment_evidence import Evidence
    from fargate_kit.model.diff import Change
    from fargate_kit.model.pricing import Estimate
    from fargate_kit.model.service_events import ServiceEvent
    from fargate_kit.model.values import LogLine
    from fargate_kit.networks.network import Interface
    from fargate_kit.services.deployment import Deployment
    from fargate_kit.services.service import Service
    from fargate_kit.tasks.task import Task


def service_facts(service: Service) -> dict[str, Any]:
    """Return a service."""
    return {
        "service": service.arn,
        "name": service.name,
        "status": service.status,
        "definition": service.definition_arn,
        "desired_count": service.desired_count,
        "running_count": service.running_count,
        "pending_count": service.pending_count,
        "deployments": [deployment_facts(each) for each in service.deployments],
        "created_at": service.created_at,
    }


def deployment_facts(deployment: Deployment) -> dict[str, Any]:
    """Return a deployment."""
    return {
        "id": deployment.id,
        "status": deployment.status,
        "definition": deployment.definition_arn,
        "rollout_state": deployment.rollout_state,
        "rollout_reason": deployment.rollout_reason,
        "desired_count": deployment.desired_count,
        "running_count": deployment.running_count,
        "pending_count": deployment.pending_count,
        "failed_tasks": deployment.failed_tasks,
        "created_at": deployment.created_at,
    }


def task_facts(
    task: Task, interface: Interface | None = None, ports: Sequence[str] = ()
) -> dict[str, Any]:
    """Return a task, with its addresses as far as they are known."""
    own = task.network_interface
    return {
        "task": task.arn,
        "definition": task.definition_arn,
        "group": task.group,
        "status": task.status,
        "health_status": task.health_status,
        "capacity_provider": task.capacity_provider,
        "availability_zone": task.availability_zone,
        "private_ip": own.private_ip if own else None,
        "public_ip": interface.public_ip if interface else None,
        "ports": list(ports),
        "stop_code": task.stop_code,
        "stopped_reason": task.stopped_reason,
        "exit_code": task.exit_code,
        "created_at": task.created_at,
        "started_at": task.started_at,
        "stopped_at": task.stopped_at,
        "containers": [
            {
                "name": each.name,
                "image": each.image,
                "status": each.last_status,
                "exit_code": each.exit_code,
                "reason": each.reason,
            }
            for each in task.containers
        ],
    }


def event_facts(event: ServiceEvent) -> dict[str, Any]:
    """Return what ECS said of a service."""
    return {
        "id": event.id,
        "at": event.at,
        "kind": event.kind,
        "trouble": event.is_trouble,
        "message": event.message,
        "remedy": event.reason.remedy if event.reason else None,
    }


def line_facts(line: LogLine) -> dict[str, Any]:
    """Return a line of a log."""
    return {"at": line.at, "container": line.container, "stream": line.stream, "text": line.text}


def change_facts(changes: Iterable[Change]) -> list[dict[str, str]]:
    """Return a difference; what looks like a secret is masked."""
    return [{"path": each.path, "text": str(each)} for each in changes]


def estimate_facts(estimate: Estimate) -> dict[str, Any]:
    """Return an estimate of costs, in US dollars."""
    return {
        "region": estimate.region,
        "as_of": estimate.as_of,
        "source": estimate.source,
        "currency": "USD",
        "per_hour": float(estimate.per_hour),
        "per_month": float(estimate.per_month),
        "total": None if estimate.total is None else float(estimate.total),
        "estimated": estimate.is_estimated,
        "lines": [
            {
                "what": line.what,
                "quantity": float(line.quantity),
                "price": float(line.price),
                "per_hour": float(line.per_hour),
                "estimated": line.estimated,
            }
            for line in estimate.lines
        ],
        "notes": list(estimate.notes),
    }


def evidence_facts(evidence: Evidence) -> Mapping[str, Any]:
    """Return what is known of a deployment that did not succeed."""
    return {
        "deployment": evidence.deployment_id,
        "definition": evidence.definition_arn,
        "status": evidence.status,
        "rolled_back_to": evidence.rolled_back_to,
        "desired_count": evidence.desired_count,
        "running_count": evidence.running_count,
        "failed_tasks": evidence.failed_tasks,
        "cause": {
            "said": evidence.cause.said,
            "family": evidence.cause.family,
            "remedy": evidence.cause.remedy,
            "transient": evidence.cause.transient,
        },
        "stopped_tasks": [
            {
                "task": each.arn,
                "reason": each.reason,
                "container": each.container,
                "exit_code": each.exit_code,
            }
            for each in evidence.stopped_tasks
        ],
        "events": [event_facts(each) for each in evidence.events],
        "log": [line_facts(each) for each in evidence.log],
        "targets": [str(each) for each in evidence.targets],
        "not_seen": list(evidence.not_seen),
    }
