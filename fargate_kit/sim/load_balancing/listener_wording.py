"""The texts with which listeners and their rules are refused, each marked how sure it is."""

from __future__ import annotations

from fargate_kit.sim.load_balancing.wording import VALIDATION
from fargate_kit.sim.wording import Mark, Refusal

BAD_ACTION = "InvalidLoadBalancerAction"

# Listeners.
PORT_MISSING = Refusal(VALIDATION, "A listener port must be specified", Mark.OBS)
PROTOCOL_MISSING = Refusal(VALIDATION, "A listener protocol must be specified", Mark.OBS)
PROTOCOL_OF_TYPE = Refusal(
    VALIDATION, "Listener protocol '{protocol}' must be one of '{allowed}'", Mark.OBS
)
GATEWAY_PORT = Refusal(VALIDATION, "A port cannot be specified for gateway listeners", Mark.OBS)
GATEWAY_PROTOCOL = Refusal(
    VALIDATION, "A protocol cannot be specified for gateway listeners", Mark.OBS
)
CERTIFICATE_MISSING = Refusal(
    VALIDATION, "A certificate must be specified for {protocol} listeners", Mark.OBS
)
CERTIFICATE_ELSEWHERE = Refusal(
    VALIDATION, "A certificate cannot be specified for {protocol} listeners", Mark.MEM
)
ONE_CERTIFICATE = Refusal(
    VALIDATION, "Exactly one certificate must be specified for a listener", Mark.MEM
)
CERTIFICATE_NOT_FOUND = Refusal("CertificateNotFound", "Certificate '{arn}' not found", Mark.MEM)
POLICY_ELSEWHERE = Refusal(
    VALIDATION, "An SSL policy cannot be specified for {protocol} listeners", Mark.MEM
)
POLICY_NOT_FOUND = Refusal("SSLPolicyNotFound", "SSL policy '{name}' not found", Mark.MEM)
ALPN_ELSEWHERE = Refusal(
    VALIDATION, "An ALPN policy cannot be specified for {protocol} listeners", Mark.MEM
)
ALPN_UNKNOWN = Refusal(
    "ALPNPolicyNotFound", "The specified ALPN policy '{name}' is not supported", Mark.MEM
)

# Actions.
ACTION_MISSING = Refusal(VALIDATION, "An action must be specified", Mark.MEM)
GROUP_MISSING = Refusal(VALIDATION, "A target group ARN must be specified", Mark.OBS)
GROUP_NOT_FOUND = Refusal("TargetGroupNotFound", "Target group '{arn}' not found", Mark.OBS)
GROUPS_DISAGREE = Refusal(
    BAD_ACTION,
    "If you specify both a target group ARN and a forward configuration, the configuration must "
    "have that target group alone",
    Mark.MEM,
)
WEIGHT = Refusal(
    VALIDATION,
    "The weight '{weight}' of a target group must be between '0-999' inclusive",
    Mark.MEM,
)
STICKINESS = Refusal(
    VALIDATION,
    "The duration of target group stickiness must be between '1-604800' seconds inclusive",
    Mark.MEM,
)
FIELD_MISSING = Refusal(
    BAD_ACTION,
    "For actions of type '{kind}', you must specify the following fields: '{field}'",
    Mark.OBS,
)
ACTION_OF_NETWORK = Refusal(
    BAD_ACTION, "The action type '{kind}' is not valid with {type} load balancer", Mark.OBS
)
ACTION_OF_HTTPS = Refusal(
    BAD_ACTION, "Actions of type '{kind}' are supported only on HTTPS listeners", Mark.OBS
)
ORDER_MISSING = Refusal(
    BAD_ACTION, "An order must be specified for each of several actions", Mark.MEM
)
ORDER_TWICE = Refusal(BAD_ACTION, "The action order '{order}' was specified twice", Mark.MEM)
ONE_ROUTING_ACTION = Refusal(
    BAD_ACTION,
    "There must be exactly one action of the types 'forward, redirect, fixed-response', and it "
    "must be the last",
    Mark.MEM,
)
REDIRECT_PATH = Refusal(
    BAD_ACTION,
    "The Path parameter must be a valid path, should start with a '/' and may contain up to one "
    "of each of these placeholders: '#{{path}}', '#{{host}}', '#{{port}}'.",
    Mark.OBS,
)
REDIRECT_PORT = Refusal(
    BAD_ACTION, "The Port parameter must be '#{{port}}' or between '1-65535' inclusive", Mark.MEM
)
REDIRECT_LOOP = Refusal(
    BAD_ACTION, "The redirect configuration is not valid because it creates a loop", Mark.OBS
)
REDIRECT_DOWN = Refusal(BAD_ACTION, "You cannot redirect HTTPS to HTTP", Mark.OBS)
CONTENT_TYPE = Refusal(
    BAD_ACTION,
    "The ContentType must be one of:'text/html', 'application/json', 'application/javascript', "
    "'text/css', 'text/plain'",
    Mark.OBS,
)
PROTOCOLS_DISAGREE = Refusal(
    "IncompatibleProtocols",
    "The listener and the following target groups have incompatible protocols: '{arn}'",
    Mark.OBS,
)
GROUP_TAKEN = Refusal(
    "TargetGroupAssociationLimit",
    "The following target groups cannot be associated with more than one load balancer: {arn}",
    Mark.OBS,
)

# Conditions.
CONDITION_MISSING = Refusal(VALIDATION, "A condition must be specified", Mark.OBS)
CONDITION_WITHOUT_FIELD = Refusal(VALIDATION, "A condition field must be specified", Mark.MEM)
CONDITION_FIELD = Refusal(
    VALIDATION,
    "Condition field '{field}' must be one of '[path-pattern,host-header,http-header,"
    "http-request-method,query-string,source-ip]'",
    Mark.OBS,
)
CONDITION_CONFIG = Refusal(
    VALIDATION,
    "For conditions of type '{field}', you must specify the following fields: '{config}'",
    Mark.OBS,
)
CONDITION_TWICE_SAID = Refusal(
    VALIDATION,
    "You cannot provide both Values and '{config}' for a condition of type '{field}'",
    Mark.OBS,
)
CONDITION_VALUES_OF_FIELD = Refusal(
    VALIDATION, "The 'Values' field is not compatible with '{field}'", Mark.OBS
)
CONDITION_VALUES_AND_REGEXES = Refusal(
    VALIDATION,
    "You must provide exactly one of the following: ['Values' 'RegexValues'] for config of type "
    "'{config}'",
    Mark.OBS,
)
CONDITION_PLAIN_VALUES = Refusal(
    VALIDATION, "The '{field}' field contains too many values; the limit is '1'", Mark.OBS
)
CONDITION_WITHOUT_VALUE = Refusal(VALIDATION, "A condition value must be specified", Mark.OBS)
CONDITION_VALUE_TOO_LONG = Refusal(
    VALIDATION, "The '{field}' value is too long; the limit is '{most}'", Mark.OBS
)
CONDITION_VALUES = Refusal(VALIDATION, "A rule can only have '{most}' condition values", Mark.OBS)
CONDITION_FIELD_TWICE = Refusal(
    VALIDATION, "A rule can only have one '{field}' condition", Mark.OBS
)
CONDITION_METHOD = Refusal(
    VALIDATION,
    "The 'http-request-method' value is invalid; the allowed characters are A-Z, hyphen and "
    "underscore",
    Mark.OBS,
)
CONDITION_ADDRESSES = Refusal(
    VALIDATION, "The specified value '{value}' is not a valid CIDR block", Mark.OBS
)
CONDITION_HEADER_MISSING = Refusal(
    VALIDATION, "An 'HttpHeaderName' must be specified with 'http-header'", Mark.MEM
)
CONDITION_HOST_HEADER = Refusal(
    VALIDATION, "You cannot specify 'host' as an HTTP header name", Mark.OBS
)
CONDITION_PAIR = Refusal(
    VALIDATION, "A 'Value' must be specified in 'QueryStringKeyValuePair'", Mark.OBS
)
CONDITION_REGEX = Refusal(
    VALIDATION, "The value '{value}' is not a valid regular expression", Mark.MEM
)

# Rules.
PRIORITY_IN_USE = Refusal("PriorityInUse", "Priority '{priority}' is currently in use", Mark.OBS)
PRIORITY_TWICE = Refusal(VALIDATION, "Priority '{priority}' was provided multiple times", Mark.OBS)
PRIORITY_INCOMPLETE = Refusal(VALIDATION, "A rule ARN and a priority must be specified", Mark.MEM)
DEFAULT_RULE_KEPT = Refusal(
    "OperationNotPermitted", "Default rule '{arn}' cannot be deleted", Mark.OBS
)
DEFAULT_RULE_FIXED = Refusal(
    "OperationNotPermitted", "Default rule '{arn}' cannot be modified", Mark.OBS
)
