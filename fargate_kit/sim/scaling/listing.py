"""What the Describe operations share: which targets are asked for, and pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from fargate_kit.sim.ecs.pages import Key, page
from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.scaling import wording
from fargate_kit.sim.scaling.names import check_dimension
from fargate_kit.sim.scaling.state import DIMENSION, NAMESPACE

MOST_IN_PAGE = 50
Item = TypeVar("Item")


def asked_for(params: Mapping[str, Any], resource_id: str) -> bool:
    """Tell whether a request asks for what belongs to a resource.

    Raises:
        AwsError: A dimension is given, but no resource id, or is of another service.
    """
    check_dimension(params)
    given, dimension = params.get("ResourceId"), params.get("ScalableDimension")
    return (
        params["ServiceNamespace"] == NAMESPACE
        and dimension in {None, DIMENSION}
        and given in {None, resource_id}
    )


def check_asked(params: Mapping[str, Any]) -> None:
    """Refuse a request with a dimension, but without a resource id (API reference).

    Raises:
        AwsError: It is such a one, or the dimension is of another service.
    """
    check_dimension(params)
    if params.get("ScalableDimension") and not params.get("ResourceId"):
        raise wording.DIMENSION_NEEDS_RESOURCE.error()


def page_of(
    operation: str,
    params: Mapping[str, Any],
    items: Sequence[Item],
    *,
    member: str,
    key: Callable[[Item], Key],
    picture: Callable[[Item], dict[str, Any]],
    descending: bool = False,
) -> dict[str, Any]:
    """Answer with one page.

    Args:
        operation: Whose tokens they are.
        params: The request.
        items: In the order of their keys.
        member: The name of the list in the answer.
        key: The key of an item.
        picture: How an item looks in the answer.
        descending: Whether the keys become smaller.

    Raises:
        AwsError: The size is out of range, or the token is none of this operation's.
    """
    size = params.get("MaxResults")
    if size is not None and not 1 <= size <= MOST_IN_PAGE:
        raise wording.PAGE_SIZE.error(most=MOST_IN_PAGE, given=size)
    try:
        found, token = page(
            items,
            {"maxResults": size, "nextToken": params.get("NextToken")},
            scope=operation,
            key=key,
            most=MOST_IN_PAGE,
            descending=descending,
        )
    except AwsError:
        raise wording.TOKEN_INVALID.error() from None
    answer: dict[str, Any] = {member: [picture(one) for one in found]}
    if token is not None:
        answer["NextToken"] = token
    return answer
