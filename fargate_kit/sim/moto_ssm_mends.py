"""Where moto's Parameter Store answers unlike AWS, put right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fargate_kit.sim.moto_answers import mend_answer, responses_of

__all__ = ["mend_ssm"]

# What AWS publishes is found by its name or path only (Systems Manager User Guide, page
# `parameter-store-public-parameters`).
_PUBLIC = "/aws/service/"
_DATA_TYPE = "DataType"
# Of a request that does not say how long; moto's.
_USUAL_PAGE = 10

Filter = Mapping[str, Any]


def mend_ssm(ssm: Any) -> None:
    """Put a backend of Parameter Store right."""
    _mend_description(ssm)
    responses = responses_of(ssm)
    mend_answer(
        responses.SimpleSystemManagerResponse,
        "ssm_backend",
        "describe_parameters",
        lambda response, _: _page(response, responses.ActionResult),
    )


def _mend_description(ssm: Any) -> None:
    """Describe the account's own parameters only, and take the filter that moto does not know.

    Source: service model, ParameterStringFilter.
    """
    describe = ssm.describe_parameters

    def describe_parameters(
        filters: Sequence[Filter] | None, parameter_filters: Sequence[Filter] | None
    ) -> list[Any]:
        asked = parameter_filters or ()
        others = [one for one in asked if one["Key"] != _DATA_TYPE]
        of_types = [one for one in asked if one["Key"] == _DATA_TYPE]
        return [
            parameter
            for parameter in describe(filters, others)
            if not parameter.name.startswith(_PUBLIC)
            and all(_fits(parameter.data_type, one) for one in of_types)
        ]

    ssm.describe_parameters = describe_parameters


def _fits(data_type: str, asked: Filter) -> bool:
    values = asked.get("Values") or ()
    if asked.get("Option") == "BeginsWith":
        return data_type.startswith(tuple(values))
    return data_type in values


def _page(response: Any, result: Callable[[dict[str, Any]], Any]) -> Any:
    """Answer DescribeParameters in pages that are as long as is asked for."""
    found = response.ssm_backend.describe_parameters(
        response._get_param("Filters"), response._get_param("ParameterFilters")
    )
    begin = int(response._get_param("NextToken") or 0)
    end = begin + int(response._get_param("MaxResults") or _USUAL_PAGE)
    page = [parameter.describe_response_object(False) for parameter in found[begin:end]]
    more = {"NextToken": str(end)} if end < len(found) else {}
    return result({"Parameters": page, **more})
