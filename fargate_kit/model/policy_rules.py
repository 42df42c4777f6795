"""The rules of IAM for policy documents, each with the place where AWS states it."""

from __future__ import annotations

from fargate_kit.model.problems import Rule

_GRAMMAR = "IAM User Guide: reference_policies_grammar"
JSON = Rule(id="policy-json", says="A policy is a JSON document.", source=_GRAMMAR)
ONCE = Rule(id="policy-repeated", says="No element is given twice.", source=_GRAMMAR, mark="MEM")
TYPE = Rule(id="policy-type", says="Every element has the type of the grammar.", source=_GRAMMAR)
ELEMENT = Rule(
    id="policy-element", says="A policy has no elements but those of the grammar.", source=_GRAMMAR
)
MISSING = Rule(
    id="policy-missing",
    says="A policy has statements, each with Effect, an action and what it is about.",
    source=_GRAMMAR,
)
PLACE = Rule(
    id="policy-place",
    says="Only policies of resources and roles name principals; those of roles name no resource.",
    source="IAM User Guide: reference_policies_elements_principal",
)
VERSION = Rule(
    id="policy-version",
    says="Version is 2012-10-17 or 2008-10-17.",
    source="IAM User Guide: reference_policies_elements_version",
)
EFFECT = Rule(
    id="policy-effect",
    says="Effect is Allow or Deny.",
    source="IAM User Guide: reference_policies_elements_effect",
)
SID = Rule(
    id="policy-sid",
    says="A Sid of IAM has letters and digits only, and is unique in its policy.",
    source="IAM User Guide: reference_policies_elements_sid",
)
ACTION = Rule(
    id="policy-action",
    says="An action is * or a service's prefix, a colon and the action's name.",
    source="IAM User Guide: reference_policies_elements_action",
)
RESOURCE = Rule(
    id="policy-resource",
    says="A resource is * or an ARN.",
    source="IAM User Guide: reference_policies_elements_resource",
)
PRINCIPAL = Rule(
    id="policy-principal",
    says="A principal is * or an AWS, Service, Federated or CanonicalUser principal.",
    source="IAM User Guide: reference_policies_elements_principal",
)
CONDITION = Rule(
    id="policy-condition",
    says="A condition has an operator of IAM, and values that it can compare.",
    source="IAM User Guide: reference_policies_elements_condition_operators",
)
RULES = (
    JSON,
    ONCE,
    TYPE,
    ELEMENT,
    MISSING,
    PLACE,
    VERSION,
    EFFECT,
    SID,
    ACTION,
    RESOURCE,
    PRINCIPAL,
    CONDITION,
)
