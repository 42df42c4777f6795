"""Clusters: create, describe, list, update, delete, and their counts."""

from __future__ import annotations

from typing import Any

import pytest


def test_cluster_created(ecs: Any) -> None:
    """A new cluster is ACTIVE, empty, and has everything that was asked for."""
    cluster = ecs.call(
        "CreateCluster",
        clusterName="prod",
        tags=[{"key": "team", "value": "a"}],
        settings=[{"name": "containerInsights", "value": "enhanced"}],
        configuration={"executeCommandConfiguration": {"logging": "DEFAULT"}},
        capacityProviders=["FARGATE", "FARGATE_SPOT"],
        defaultCapacityProviderStrategy=[{"capacityProvider": "FARGATE", "weight": 1}],
        serviceConnectDefaults={"namespace": "shop"},
    )["cluster"]
    assert cluster["clusterArn"] == "arn:aws:ecs:us-east-1:123456789012:cluster/prod"
    assert cluster["status"] == "ACTIVE"
    assert cluster["runningTasksCount"] == cluster["pendingTasksCount"] == 0
    assert cluster["tags"] == [{"key": "team", "value": "a"}]
    assert cluster["settings"] == [{"name": "containerInsights", "value": "enhanced"}]
    assert cluster["configuration"] == {"executeCommandConfiguration": {"logging": "DEFAULT"}}
    assert cluster["capacityProviders"] == ["FARGATE", "FARGATE_SPOT"]
    assert cluster["defaultCapacityProviderStrategy"] == [
        {"capacityProvider": "FARGATE", "weight": 1, "base": 0}
    ]
    assert cluster["serviceConnectDefaults"] == {"namespace": "shop"}


def test_cluster_name_defaults(ecs: Any) -> None:
    """A cluster without a name is called default, and is meant where none is named."""
    assert ecs.call("CreateCluster")["cluster"]["clusterName"] == "default"
    assert ecs.call("DescribeClusters")["clusters"][0]["clusterName"] == "default"


@pytest.mark.parametrize("name", ["bad name!", "", "x" * 256, "ü"])
def test_cluster_name_refused(ecs: Any, name: str) -> None:
    """A name with other than letters, digits, hyphens and underscores is refused."""
    assert ecs.refused("CreateCluster", clusterName=name).code == "InvalidParameterException"
    assert ecs.call("ListClusters")["clusterArns"] == []


def test_cluster_created_twice(ecs: Any) -> None:
    """Creating a cluster of a name that exists answers with it and changes nothing."""
    tags = [{"key": "team", "value": "a"}]
    ecs.cluster("prod", tags=tags)
    again = ecs.call("CreateCluster", clusterName="prod")["cluster"]
    assert again["tags"] == tags
    assert ecs.call("CreateCluster", clusterName="prod", tags=tags)["cluster"] == again


def test_cluster_created_twice_differently(ecs: Any) -> None:
    """Creating a cluster again with other parameters is refused."""
    ecs.cluster("prod", capacityProviders=["FARGATE"])
    refusal = ecs.refused("CreateCluster", clusterName="prod", capacityProviders=["FARGATE_SPOT"])
    assert refusal.code == "InvalidParameterException"
    assert "idempotent" in refusal.message


def test_clusters_described_by_name_and_arn(ecs: Any) -> None:
    """Names and ARNs find clusters, each once; unknown ones are MISSING by their ARN."""
    arn = ecs.cluster("one")
    answer = ecs.call("DescribeClusters", clusters=["one", arn, "two"])
    assert [cluster["clusterName"] for cluster in answer["clusters"]] == ["one"]
    assert answer["failures"] == [
        {"arn": "arn:aws:ecs:us-east-1:123456789012:cluster/two", "reason": "MISSING"}
    ]


def test_clusters_described_with_include(ecs: Any) -> None:
    """Tags, settings, configuration, statistics and attachments come only when asked for."""
    ecs.cluster(
        "one",
        tags=[{"key": "a", "value": "b"}],
        configuration={"executeCommandConfiguration": {"logging": "NONE"}},
    )
    bare = ecs.call("DescribeClusters", clusters=["one"])["clusters"][0]
    assert bare["tags"] == bare["settings"] == bare["statistics"] == []
    assert "configuration" not in bare
    assert "attachments" not in bare
    include = ["TAGS", "SETTINGS", "STATISTICS", "CONFIGURATIONS", "ATTACHMENTS"]
    full = ecs.call("DescribeClusters", clusters=["one"], include=include)["clusters"][0]
    assert full["tags"] == [{"key": "a", "value": "b"}]
    assert full["settings"] == [{"name": "containerInsights", "value": "disabled"}]
    assert full["configuration"] == {"executeCommandConfiguration": {"logging": "NONE"}}
    assert {"name": "runningFargateTasksCount", "value": "0"} in full["statistics"]
    assert full["attachments"] == []


def test_too_many_clusters_described(ecs: Any) -> None:
    """A hundred clusters can be described at once, not 101."""
    names = [f"c{number}" for number in range(101)]
    assert len(ecs.call("DescribeClusters", clusters=names[:100])["failures"]) == 100
    assert ecs.refused("DescribeClusters", clusters=names).code == "InvalidParameterException"


def test_clusters_listed_in_pages(ecs: Any) -> None:
    """Pages together list every cluster once; a deleted one is not among them."""
    for number in range(7):
        ecs.cluster(f"c{number}")
    ecs.call("DeleteCluster", cluster="c3")
    seen: list[str] = []
    token: str | None = None
    for _ in range(4):
        page = ecs.call("ListClusters", maxResults=2, **({"nextToken": token} if token else {}))
        seen += [arn.rpartition("/")[2] for arn in page["clusterArns"]]
        token = page.get("nextToken")
        if token is None:
            break
    assert seen == ["c0", "c1", "c2", "c4", "c5", "c6"]


@pytest.mark.parametrize("params", [{"maxResults": 0}, {"maxResults": 101}, {"nextToken": "x"}])
def test_page_refused(ecs: Any, params: dict[str, Any]) -> None:
    """A page size out of range and a token that nobody gave are refused."""
    assert ecs.refused("ListClusters", **params).code == "InvalidParameterException"


def test_cluster_updated(ecs: Any) -> None:
    """Settings, configuration and default namespace can be changed, by name or ARN."""
    arn = ecs.cluster("one")
    ecs.call(
        "UpdateCluster",
        cluster=arn,
        settings=[{"name": "containerInsights", "value": "enabled"}],
        configuration={"executeCommandConfiguration": {"logging": "NONE"}},
        serviceConnectDefaults={"namespace": "shop"},
    )
    cluster = ecs.call(
        "DescribeClusters", clusters=["one"], include=["SETTINGS", "CONFIGURATIONS"]
    )["clusters"][0]
    assert cluster["settings"] == [{"name": "containerInsights", "value": "enabled"}]
    assert cluster["configuration"] == {"executeCommandConfiguration": {"logging": "NONE"}}
    assert cluster["serviceConnectDefaults"] == {"namespace": "shop"}


def test_cluster_settings_updated(ecs: Any) -> None:
    """UpdateClusterSettings changes Container Insights; an unknown value is refused."""
    ecs.cluster("one")
    settings = [{"name": "containerInsights", "value": "enhanced"}]
    answer = ecs.call("UpdateClusterSettings", cluster="one", settings=settings)
    assert answer["cluster"]["settings"] == settings
    refusal = ecs.refused(
        "UpdateClusterSettings",
        cluster="one",
        settings=[{"name": "containerInsights", "value": "maybe"}],
    )
    assert refusal.code == "InvalidParameterException"


def test_capacity_providers_put(ecs: Any) -> None:
    """The capacity providers and the default strategy of a cluster can be replaced."""
    ecs.cluster("one", capacityProviders=["FARGATE"])
    cluster = ecs.call(
        "PutClusterCapacityProviders",
        cluster="one",
        capacityProviders=["FARGATE_SPOT"],
        defaultCapacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 2}],
    )["cluster"]
    assert cluster["capacityProviders"] == ["FARGATE_SPOT"]
    assert cluster["defaultCapacityProviderStrategy"] == [
        {"capacityProvider": "FARGATE_SPOT", "weight": 2, "base": 0}
    ]


@pytest.mark.parametrize(
    ("providers", "strategy"),
    [
        (["BOGUS"], []),
        (["FARGATE", "FARGATE"], []),
        (["FARGATE"], [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]),
        (["FARGATE"], [{"capacityProvider": "FARGATE", "weight": 0}]),
        (["FARGATE"], [{"capacityProvider": "FARGATE", "weight": 1001}]),
        (["FARGATE"], [{"capacityProvider": "FARGATE", "weight": 1, "base": -1}]),
        (
            ["FARGATE", "FARGATE_SPOT"],
            [
                {"capacityProvider": "FARGATE", "weight": 1, "base": 1},
                {"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 1},
            ],
        ),
    ],
)
def test_capacity_providers_refused(
    ecs: Any, providers: list[str], strategy: list[dict[str, Any]]
) -> None:
    """Unknown providers and impossible strategies are refused, and nothing has changed."""
    ecs.cluster("one")
    refusal = ecs.refused(
        "PutClusterCapacityProviders",
        cluster="one",
        capacityProviders=providers,
        defaultCapacityProviderStrategy=strategy,
    )
    assert refusal.code == "InvalidParameterException"
    assert ecs.call("DescribeClusters", clusters=["one"])["clusters"][0]["capacityProviders"] == []


def test_capacity_provider_in_use_kept(demo: Any) -> None:
    """A provider on which a task runs cannot be taken from its cluster until it has stopped."""
    put = {"cluster": "demo", "defaultCapacityProviderStrategy": []}
    demo.call("PutClusterCapacityProviders", capacityProviders=["FARGATE", "FARGATE_SPOT"], **put)
    strategy = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    (task,) = demo.run(capacityProviderStrategy=strategy)
    refusal = demo.refused("PutClusterCapacityProviders", capacityProviders=["FARGATE"], **put)
    assert refusal.code == "ResourceInUseException"
    demo.call("StopTask", cluster="demo", task=task["taskArn"])
    demo.engine.settle()
    demo.call("PutClusterCapacityProviders", capacityProviders=["FARGATE"], **put)


def test_cluster_deleted(ecs: Any) -> None:
    """A deleted cluster is INACTIVE: described, not listed, and nothing runs on it."""
    ecs.cluster("one")
    assert ecs.call("DeleteCluster", cluster="one")["cluster"]["status"] == "INACTIVE"
    assert ecs.call("DescribeClusters", clusters=["one"])["clusters"][0]["status"] == "INACTIVE"
    assert ecs.call("ListClusters")["clusterArns"] == []
    ecs.register()
    params = {"taskDefinition": "web", "launchType": "FARGATE"}
    refusal = ecs.refused("RunTask", cluster="one", **params)
    assert (refusal.code, refusal.message) == (
        "ClusterNotFoundException",
        "The referenced cluster was inactive.",
    )


def test_cluster_created_after_deletion(demo: Any) -> None:
    """A cluster of a deleted one's name is new: it has none of the old tasks and tags."""
    (task,) = demo.run()
    demo.call("StopTask", cluster="demo", task=task["taskArn"])
    demo.engine.settle()
    demo.call("DeleteCluster", cluster="demo")
    demo.cluster()
    answer = demo.call("DescribeTasks", cluster="demo", tasks=[task["taskArn"]])
    assert answer["failures"][0]["reason"] == "MISSING"


def test_cluster_with_tasks_not_deleted(demo: Any) -> None:
    """A cluster is kept until its last task is STOPPED."""
    (task,) = demo.run()
    assert demo.refused("DeleteCluster", cluster="demo").code == "ClusterContainsTasksException"
    demo.call("StopTask", cluster="demo", task=task["taskArn"])
    assert demo.refused("DeleteCluster", cluster="demo").code == "ClusterContainsTasksException"
    demo.engine.settle()
    demo.call("DeleteCluster", cluster="demo")


@pytest.mark.parametrize(
    "operation",
    ["UpdateCluster", "DeleteCluster", "ListTasks", "RunTask"],
)
def test_cluster_unknown(ecs: Any, operation: str) -> None:
    """Whoever names a cluster that was never there is told so."""
    more = {"taskDefinition": "web"} if operation == "RunTask" else {}
    refusal = ecs.refused(operation, cluster="nowhere", **more)
    assert (refusal.code, refusal.message) == ("ClusterNotFoundException", "Cluster not found.")


def test_counts_follow_tasks(demo: Any) -> None:
    """At every instant the counts are those of the tasks, from the first to the last."""
    demo.image("once", [demo.Exit(0, after=5)])
    demo.register(demo.container(image="once"), family="job")
    demo.run(count=3)
    demo.run("job", count=2)
    seen: set[tuple[int, int]] = set()
    for _ in range(200):
        cluster = demo.call("DescribeClusters", clusters=["demo"])["clusters"][0]
        arns = [
            arn
            for status in ("RUNNING", "STOPPED")
            for arn in demo.call("ListTasks", cluster="demo", desiredStatus=status)["taskArns"]
        ]
        tasks = demo.call("DescribeTasks", cluster="demo", tasks=arns)["tasks"]
        statuses = [task["lastStatus"] for task in tasks]
        assert cluster["runningTasksCount"] == statuses.count("RUNNING")
        starting = ("PROVISIONING", "PENDING", "ACTIVATING")
        assert cluster["pendingTasksCount"] == sum(statuses.count(one) for one in starting)
        seen.add((cluster["runningTasksCount"], cluster["pendingTasksCount"]))
        if not demo.engine.pending(background=False):
            break
        demo.engine.step()
    assert seen >= {(0, 5), (5, 0), (3, 0)}
