"""How long things take in the simulated Fargate, in nominal seconds."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Every nominal duration of the simulated Fargate, in seconds.

    The defaults follow the sample event of the page `ecs_task_events` of the Amazon ECS
    Developer Guide, where a small task is running 20 s after it was created; AWS
    promises none of them. What a definition says itself (stop time-outs, intervals of
    health checks) is not here.

    Args:
        jitter: By how much a duration may differ from its nominal value, as a fraction
            of it; 0 makes every task take exactly as long as the others.
        network_interface: From the creation of a task to its attached network interface.
        network_interface_timeout: When a network interface that never comes is given up.
        pull_start: From the attached interface to the begin of the image pull.
        pull_latency: The part of a pull that does not depend on the size of the image.
        pull_rate: Megabytes of image per second.
        pull_failure: How long a pull is retried before the task gives up.
        initialization_failure: How long secrets, roles and log groups are looked for.
        registry_timeout: How long a registry is tried that the network does not lead to.
        service_timeout: How long another service is tried that the network does not lead to.
        container_start: From the end of the pull to the start of the first containers.
        next_container: From a fulfilled dependency to the start of who waited for it.
        container_restart: From an exit to the restart that a restart policy asks for.
        deactivation: Leaving load balancers and service discovery, where there are none.
        stop_timeout: From SIGTERM to SIGKILL, where the definition says nothing.
        detachment: Detaching and deleting the network interface.
        load_balancer: From the creation of a load balancer until it is active.
        target_registration: From the registration of a target to the begin of its checks.
        target_first_check: From there to its first check, unless the interval is shorter.
        target_response: What a target takes to answer a request, for the metrics.
        log_flush: How long a multi-line log event waits for its next line.
        stopped_task_retention: How long a stopped task can still be described.
        client_token_retention: How long the token of a RunTask call is remembered at most.
        task_definition_deletion: How long a deleted revision is DELETE_IN_PROGRESS at least.
        counts_as_healthy: From RUNNING until a service counts a task without load balancer
            and health check as healthy (service model).
        start_retry: How long a service waits first, when its tasks do not start; then twice
            as long each time.
        start_retry_limit: How long it waits at most (page service-throttle-logic).
        launch_retry: How long a service waits that starts tasks faster than its quotas allow.
        rollback: From the begin of a rollback until it can be complete at the earliest (AWS is
            seen to need some 20 s even where nothing has to be started).
        rebalancing: How long a service has been out of balance over its zones when it begins
            to start tasks elsewhere.
        event_repetition: When a service says again that it is steady, or has a problem.
        deployment_retention: How long ended service deployments are listed (page
            service-deployment).
    """

    jitter: float = 0.1
    network_interface: float = 5.0
    network_interface_timeout: float = 60.0
    pull_start: float = 2.0
    pull_latency: float = 4.0
    pull_rate: float = 12.0
    pull_failure: float = 10.0
    initialization_failure: float = 4.0
    registry_timeout: float = 150.0
    service_timeout: float = 180.0
    container_start: float = 3.0
    next_container: float = 0.5
    container_restart: float = 1.0
    deactivation: float = 2.0
    stop_timeout: float = 30.0
    detachment: float = 4.0
    load_balancer: float = 90.0
    target_registration: float = 4.0
    target_first_check: float = 4.0
    target_response: float = 0.005
    log_flush: float = 5.0
    stopped_task_retention: float = 3600.0
    client_token_retention: float = 86_400.0
    task_definition_deletion: float = 30.0
    counts_as_healthy: float = 40.0
    start_retry: float = 30.0
    start_retry_limit: float = 1620.0
    launch_retry: float = 1.0
    rollback: float = 20.0
    rebalancing: float = 120.0
    event_repetition: float = 21_600.0
    deployment_retention: float = 90 * 86_400.0

    def spread(self, seconds: float, chance: random.Random) -> float:
        """Draw a duration around its nominal value.

        Args:
            seconds: The nominal duration.
            chance: The random stream of whatever takes that long.

        Returns:
            Seconds, at most `jitter` × `seconds` away from the nominal value.
        """
        return seconds * (1.0 + self.jitter * chance.uniform(-1.0, 1.0))
