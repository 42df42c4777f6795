"""The roles that AWS services have of their own: their names and their policies."""

from __future__ import annotations

from botocore.session import get_session

from fargate_kit.sim.iam import entity_wording as wording

__all__ = ["PATH", "check_service", "role_of"]

PATH = "/aws-service-role/"
"""Below this, a role is a service's own."""

_ROLE = "AWSServiceRoleFor"
_SCALING = "ApplicationAutoScaling"
_SUFFIXES = (".amazonaws.com", ".amazonaws.com.cn")

# By the service's principal: how its role is called, and its policy. Source: the pages on
# service-linked roles of each service's guide.
_SERVICE_ROLES = {
    f"{service}.amazonaws.com": (f"{_ROLE}{name}", policy)
    for service, name, policy in (
        ("access-analyzer", "AccessAnalyzer", "AccessAnalyzerServiceRolePolicy"),
        ("autoscaling", "AutoScaling", "AutoScalingServiceRolePolicy"),
        ("batch", "Batch", "BatchServiceRolePolicy"),
        ("config", "Config", "AWSConfigServiceRolePolicy"),
        ("ecs", "ECS", "AmazonECSServiceRolePolicy"),
        (
            "ecs.application-autoscaling",
            f"{_SCALING}_ECSService",
            "AWSApplicationAutoscalingECSServicePolicy",
        ),
        (
            "dynamodb.application-autoscaling",
            f"{_SCALING}_DynamoDBTable",
            "AWSApplicationAutoscalingDynamoDBTablePolicy",
        ),
        (
            "rds.application-autoscaling",
            f"{_SCALING}_RDSCluster",
            "AWSApplicationAutoscalingRDSClusterPolicy",
        ),
        ("eks", "AmazonEKS", "AmazonEKSServiceRolePolicy"),
        ("eks-fargate", "AmazonEKSForFargate", "AmazonEKSForFargateServiceRolePolicy"),
        ("elasticache", "ElastiCache", "ElastiCacheServiceRolePolicy"),
        ("elasticbeanstalk", "ElasticBeanstalk", "AWSElasticBeanstalkServiceRolePolicy"),
        (
            "elasticfilesystem",
            "AmazonElasticFileSystem",
            "AmazonElasticFileSystemServiceRolePolicy",
        ),
        (
            "elasticloadbalancing",
            "ElasticLoadBalancing",
            "AWSElasticLoadBalancingServiceRolePolicy",
        ),
        ("es", "AmazonElasticsearchService", "AmazonElasticsearchServiceRolePolicy"),
        ("guardduty", "AmazonGuardDuty", "AmazonGuardDutyServiceRolePolicy"),
        ("opensearchservice", "AmazonOpenSearchService", "AmazonOpenSearchServiceRolePolicy"),
        ("ops.apigateway", "APIGateway", "APIGatewayServiceRolePolicy"),
        ("organizations", "Organizations", "AWSOrganizationsServiceTrustPolicy"),
        ("rds", "RDS", "AmazonRDSServiceRolePolicy"),
        ("spot", "EC2Spot", "AWSEC2SpotServiceRolePolicy"),
        ("spotfleet", "EC2SpotFleet", "AWSEC2SpotFleetServiceRolePolicy"),
        ("support", "Support", "AWSSupportServiceRolePolicy"),
        ("trustedadvisor", "TrustedAdvisor", "AWSTrustedAdvisorServiceRolePolicy"),
    )
}


def check_service(principal: str) -> None:
    """Refuse the principal of a service that is none.

    Those that are in no list here pass if they are called like a service of botocore's.

    Raises:
        AwsError: `InvalidInput`.
    """
    if principal in _SERVICE_ROLES:
        return
    ending = next((one for one in _SUFFIXES if principal.endswith(one)), None)
    names = [] if ending is None else principal.removesuffix(ending).split(".")
    known = get_session().get_available_services() if all(names) else ()
    if not any(one.startswith(name) for name in names for one in known):
        raise wording.SERVICE_UNKNOWN.error(service=principal)


def role_of(principal: str) -> tuple[str, str | None]:
    """Tell how the role of a service is called, and its policy as far as that is known.

    The name of a service that is in no list here is made of its principal.
    """
    if principal in _SERVICE_ROLES:
        return _SERVICE_ROLES[principal]
    labels = principal.partition(".amazonaws.com")[0].split(".")
    words = ("".join(word.capitalize() for word in label.split("-")) for label in reversed(labels))
    return _ROLE + "_".join(words), None
