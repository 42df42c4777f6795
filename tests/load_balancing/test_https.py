"""Listeners of HTTPS: made with a certificate of ACM, refused without a good one."""

from __future__ import annotations

import pytest
from balanced import WEB, everything

from fargate_kit import ANYWHERE, ApiError, Connection, LoadBalancer


async def certificate(aws: Connection) -> str:
    """Have ACM issue a certificate; return its ARN."""
    reply = await aws._session.api.call("acm", "RequestCertificate", DomainName="shop.example.com")
    arn: str = reply["CertificateArn"]
    return arn


async def opened(aws: Connection, balancer: LoadBalancer) -> list[int]:
    """Return the ports that everybody may connect to."""
    reply = await aws._session.api.call(
        "ec2", "DescribeSecurityGroups", GroupIds=list(balancer.security_groups)
    )
    rules = [rule for group in reply["SecurityGroups"] for rule in group["IpPermissions"]]
    return [rule["FromPort"] for rule in rules if rule["IpRanges"]]


async def test_certificate_makes_a_listener_of_https(aws: Connection) -> None:
    """It listens on 443, and the balancer's group lets in what it was made for."""
    balancer = await aws.create_load_balancer("web", open_to=ANYWHERE, ports=[443])
    group = await balancer.create_target_group("web")
    arn = await certificate(aws)
    listener = await balancer.create_listener(group, certificate_arn=arn)
    assert (listener.protocol, listener.port) == ("HTTPS", 443)
    assert [each["CertificateArn"] for each in listener.raw["Certificates"]] == [arn]
    assert await opened(aws, balancer) == [443]


async def test_unknown_certificate_leaves_no_listener(aws: Connection) -> None:
    """AWS refuses it by its own code, and the balancer is as it was."""
    balancer = await aws.create_load_balancer("web", open_to=ANYWHERE, ports=[443])
    group = await balancer.create_target_group("web")
    wrong = "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000"
    with pytest.raises(ApiError) as caught:
        await balancer.create_listener(group, certificate_arn=wrong)
    assert "Certificate" in str(caught.value.code)
    assert [each async for each in balancer.listeners()] == []


async def test_web_service_of_https_comes_and_goes(aws: Connection) -> None:
    """One call makes it with its certificate, one takes it down; the certificate stays."""
    cluster = await aws.create_cluster("prod")
    arn = await certificate(aws)
    made = await cluster.create_web_service(
        "web", await aws.register(WEB), port=80, open_to=ANYWHERE, certificate_arn=arn
    )
    assert made.url.startswith("https://")
    assert await opened(aws, made.balancer) == [443]
    await made.delete()
    assert await everything(aws) == {}
    kept = await aws._session.api.call("acm", "DescribeCertificate", CertificateArn=arn)
    assert kept["Certificate"]["CertificateArn"] == arn
