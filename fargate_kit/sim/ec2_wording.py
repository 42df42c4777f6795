"""Every text with which the simulated EC2 itself refuses, each with a mark of how sure it is.

The codes are of the page `errors-overview` of the EC2 API reference. Where a public log shows
another one than the page, the log is followed.
"""

from __future__ import annotations

from fargate_kit.sim.wording import MEM, OBS, Refusal, V

DEPENDED_ON = "DependencyViolation"
BAD_VALUE = "InvalidParameterValue"
BAD_COMBINATION = "InvalidParameterCombination"
MISSING = "MissingParameter"
DUPLICATE_PERMISSION = "InvalidPermission.Duplicate"

# What is in use.
SUBNET_IN_USE = Refusal(
    DEPENDED_ON, "The subnet '{id}' has dependencies and cannot be deleted.", OBS
)
VPC_IN_USE = Refusal(DEPENDED_ON, "The vpc '{id}' has dependencies and cannot be deleted.", OBS)
GROUP_IN_USE = Refusal(DEPENDED_ON, "resource {id} has a dependent object", OBS)
INTERNET_GATEWAY_IN_USE = Refusal(
    DEPENDED_ON, "The internetGateway '{id}' has dependencies and cannot be deleted.", OBS
)
ROUTE_TABLE_IN_USE = Refusal(
    DEPENDED_ON, "The routeTable '{id}' has dependencies and cannot be deleted.", OBS
)
ADDRESSES_MAPPED = Refusal(
    DEPENDED_ON,
    "Network {id} has some mapped public address(es). Please unmap those public address(es) "
    "before detaching the gateway.",
    OBS,
)
INTERFACE_IN_USE = Refusal(BAD_VALUE, "Network interface '{id}' is currently in use.", OBS)
ADDRESS_IN_USE = Refusal("InvalidIPAddress.InUse", "Address {address} is in use.", OBS)
DEFAULT_GROUP = Refusal(
    "CannotDelete", 'the specified group: "{id}" name: "default" cannot be deleted by a user', V
)

# What is not there, or is no id.
_EXPECTING = 'Invalid id: "{id}" (expecting "{prefix}-...")'
VPC_MISSING = Refusal("InvalidVpcID.NotFound", "The vpc ID '{id}' does not exist", OBS)
# Seen from CreateSecurityGroup, AttachInternetGateway and CreateEgressOnlyInternetGateway only;
# CreateSubnet and DescribeVpcs were seen to answer NotFound to whatever is no id.
VPC_MALFORMED = Refusal("InvalidVpcId.Malformed", "The vpc ID '{id}' is malformed", OBS)
SUBNET_MISSING = Refusal("InvalidSubnetID.NotFound", "The subnet ID '{id}' does not exist", OBS)
GROUP_MISSING = Refusal("InvalidGroup.NotFound", "The security group '{id}' does not exist", OBS)
GROUP_NAME_MISSING = Refusal(
    "InvalidGroup.NotFound",
    "The security group '{name}' does not exist in default VPC '{vpc}'",
    OBS,
)
GROUP_MALFORMED = Refusal("InvalidGroupId.Malformed", _EXPECTING, OBS)
RULE_MISSING = Refusal(
    "InvalidSecurityGroupRuleId.NotFound", "The security group rule ID '{id}' does not exist", OBS
)
RULE_MALFORMED = Refusal("InvalidSecurityGroupRuleId.Malformed", _EXPECTING, MEM)
ROUTE_TABLE_MISSING = Refusal(
    "InvalidRouteTableID.NotFound", "The routeTable ID '{id}' does not exist", OBS
)
ROUTE_TABLE_MALFORMED = Refusal("InvalidRouteTableId.Malformed", _EXPECTING, OBS)
INTERNET_GATEWAY_MISSING = Refusal(
    "InvalidInternetGatewayID.NotFound", "The internetGateway ID '{id}' does not exist", OBS
)
INTERNET_GATEWAY_MALFORMED = Refusal("InvalidInternetGatewayId.Malformed", _EXPECTING, MEM)
INTERFACE_MISSING = Refusal(
    "InvalidNetworkInterfaceID.NotFound", "The networkInterface ID '{id}' does not exist", OBS
)
INTERFACE_MALFORMED = Refusal("InvalidNetworkInterfaceId.Malformed", _EXPECTING, OBS)
NAT_GATEWAY_MISSING = Refusal("NatGatewayNotFound", "NatGateway {id} was not found", MEM)
NAT_GATEWAY_MALFORMED = Refusal("NatGatewayMalformed", _EXPECTING, MEM)
ALLOCATION_MISSING = Refusal(
    "InvalidAllocationID.NotFound", "The allocation ID '{id}' does not exist", OBS
)
ADDRESS_MISSING = Refusal("InvalidAddress.NotFound", "Address '{id}' not found.", OBS)
ENDPOINT_MISSING = Refusal(
    "InvalidVpcEndpointId.NotFound", "The Vpc Endpoint Id '{id}' does not exist", OBS
)
ENDPOINT_MALFORMED = Refusal(
    "InvalidVpcEndpointId.Malformed",
    "Invalid Id: '{id}' (expecting 'vpce-...; the Id may only contain lowercase alphanumeric "
    "characters and a single dash')",
    OBS,
)
ASSOCIATION_MISSING = Refusal(
    "InvalidAssociationID.NotFound", "The association ID '{id}' does not exist", OBS
)

# Members, filters and pages.
MEMBER_MISSING = Refusal(MISSING, "The request must contain the parameter {name}", OBS)
FILTER_UNKNOWN = Refusal(BAD_VALUE, "The filter '{name}' is invalid", OBS)
PAGE_TOO_SMALL = Refusal(
    BAD_VALUE,
    "Value ( {value} ) for parameter MaxResults is invalid. Expecting a value greater than or "
    "equal to {limit}.",
    OBS,
)
PAGE_TOO_LARGE = Refusal(
    BAD_VALUE,
    "Value ( {value} ) for parameter MaxResults is invalid. Expecting a value smaller than or "
    "equal to {limit}.",
    OBS,
)
NO_NUMBER = Refusal(BAD_VALUE, "Value ( {value} ) for parameter {name} is invalid.", MEM)
PAGE_WITH_IDS = Refusal(
    BAD_COMBINATION, "The parameter {ids} cannot be used with the parameter {size}", MEM
)
BAD_TOKEN = Refusal(
    BAD_VALUE, "Value ( {value} ) for parameter NextToken is invalid. The token is invalid.", OBS
)
BAD_RULES_TOKEN = Refusal("InvalidPaginationToken", "Next token '{value}' is invalid", OBS)

# Tags.
TAGS_TOO_MANY = Refusal(
    "TagLimitExceeded", "The maximum number of Tags for a resource has been reached.", OBS
)
TAG_RESERVED = Refusal(
    BAD_VALUE, "Tag keys starting with 'aws:' are reserved for internal use", OBS
)
TAG_KEY_EMPTY = Refusal("InvalidTagKey.Malformed", "Tag keys cannot be empty or null.", MEM)
TAG_VALUE_MISSING = Refusal(BAD_VALUE, "Tag value cannot be null. Use empty string instead.", OBS)
TAG_KEY_TOO_LONG = Refusal(
    BAD_VALUE, "Tag key exceeds the maximum length of {limit} characters", OBS
)
TAG_VALUE_TOO_LONG = Refusal(
    BAD_VALUE, "Tag value exceeds the maximum length of {limit} characters", OBS
)
TAG_REPEATED = Refusal(BAD_VALUE, "Duplicate tag key '{key}' specified.", OBS)
NOT_TAGGABLE = Refusal(
    BAD_VALUE, "'{type}' is not a valid taggable resource type for this operation.", OBS
)

# Networks.
NO_CIDR = Refusal(MISSING, "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.", OBS)
BAD_CIDR = Refusal(
    BAD_VALUE,
    "Value ({cidr}) for parameter {name} is invalid. This is not a valid CIDR block.",
    OBS,
)
VPC_RANGE = Refusal("InvalidVpc.Range", "The CIDR '{cidr}' is invalid.", OBS)
SUBNET_RANGE = Refusal("InvalidSubnet.Range", "The CIDR '{cidr}' is invalid.", OBS)
BAD_ZONE = Refusal(
    BAD_VALUE,
    "Value ({zone}) for parameter {name} is invalid. Subnets can currently only be created in "
    "the following availability zones: {zones}.",
    OBS,
)
GATEWAY_ATTACHED = Refusal(
    "Resource.AlreadyAssociated", "resource {id} is already attached to network {vpc}", OBS
)
VPC_HAS_GATEWAY = Refusal(BAD_VALUE, "Network {vpc} already has an internet gateway attached", OBS)
GATEWAY_NOT_ATTACHED = Refusal(
    "Gateway.NotAttached", "resource {id} is not attached to network {vpc}", OBS
)

BAD_ADDRESS = Refusal(BAD_VALUE, "Value ({address}) for parameter {name} is invalid.", MEM)
ADDRESS_ELSEWHERE = Refusal(
    BAD_VALUE, "Address {address} does not fall within the subnet's address range", OBS
)

# Endpoints and attributes.
ENDPOINT_SERVICE_MISSING = Refusal(
    "InvalidServiceName", "The Vpc Endpoint Service '{name}' does not exist", OBS
)
SUBNETS_OF_GATEWAY_ENDPOINT = Refusal(
    "InvalidParameter", "Subnet IDs are only supported for Interface type VPC Endpoint.", MEM
)
TABLES_OF_INTERFACE_ENDPOINT = Refusal(
    "InvalidParameter", "Route table IDs are only supported for Gateway type VPC Endpoint.", MEM
)
ENDPOINT_ROUTE_EXISTS = Refusal(
    "RouteAlreadyExists",
    "route table {id} already has a route with destination-prefix-list-id {prefix_list}",
    MEM,
)
PRIVATE_NAME_TAKEN = Refusal(
    "InvalidParameter",
    "private-dns-enabled cannot be set because there is already a conflicting DNS domain for "
    "{domain} in the VPC {vpc}",
    OBS,
)
NO_ATTRIBUTE = Refusal(BAD_COMBINATION, "No attributes specified.", MEM)
SEVERAL_ATTRIBUTES = Refusal(
    BAD_COMBINATION, "Fields for multiple attribute types specified: {names}", MEM
)

# Route tables and routes.
MAIN_ASSOCIATION = Refusal(
    BAD_VALUE, "cannot disassociate the main route table association {id}", OBS
)
SUBNET_HAS_TABLE = Refusal(
    "Resource.AlreadyAssociated",
    "the specified association for route table {id} conflicts with an existing association",
    OBS,
)
TABLE_ELSEWHERE = Refusal(
    BAD_VALUE, "route table {id} and {kind} {target} belong to different networks", OBS
)
NO_TARGET = Refusal(MISSING, "The request must contain exactly one of: {names}", MEM)
TWO_TARGETS = Refusal(BAD_COMBINATION, "The request must contain exactly one of: {names}", MEM)
ROUTE_EXISTS = Refusal(
    "RouteAlreadyExists", "The route identified by {destination} already exists.", OBS
)
LOCAL_ROUTE = Refusal(BAD_VALUE, "cannot remove local route {destination} in route table {id}", OBS)
TARGET_MISSING = Refusal("InvalidGatewayID.NotFound", "The gateway ID '{id}' does not exist", OBS)
NAT_TARGET_MISSING = Refusal(
    "InvalidNatGatewayID.NotFound", "The natGateway ID '{id}' does not exist", OBS
)

# Security groups and rules.
_CHARACTERS = "a-zA-Z0-9. _-:/()#,@[]+=&;{{}}!$*"
GROUP_NOT_NAMED = Refusal(
    MISSING, "The request must contain the parameter groupName or groupId", OBS
)
GROUP_NAME_RESERVED = Refusal(BAD_VALUE, "Cannot use reserved security group name: default", OBS)
GROUP_NAME_LIKE_ID = Refusal(
    BAD_VALUE,
    "Value ({value}) for parameter GroupName is invalid. Group names may not be in the format "
    "sg-*.",
    OBS,
)
NOT_ASCII = Refusal(
    BAD_VALUE,
    "Value ({value}) for parameter {name} is invalid. Character sets beyond ASCII are not "
    "supported.",
    OBS,
)
BAD_GROUP_TEXT = Refusal(
    BAD_VALUE,
    "Invalid security group {what}. Valid {what}s are strings less than 256 characters from the "
    "following set:  " + _CHARACTERS,
    OBS,
)
GROUP_EXISTS = Refusal(
    "InvalidGroup.Duplicate", "The security group '{name}' already exists for VPC '{vpc}'", OBS
)
GROUP_ELSEWHERE = Refusal(
    "InvalidGroup.NotFound",
    "You have specified two resources that belong to different networks.",
    OBS,
)
NO_NEW_RULE = Refusal(BAD_VALUE, "No value specified for securityGroupRule.", OBS)
NO_PERMISSIONS = Refusal(MISSING, "The request must contain the parameter ipPermissions", MEM)
NO_PROTOCOL = Refusal(
    BAD_VALUE,
    "Invalid value 'null' for protocol. VPC security group rules must specify protocols "
    "explicitly.",
    OBS,
)
BAD_PROTOCOL = Refusal(BAD_VALUE, "Invalid value '{value}' for IP protocol. Unknown protocol.", OBS)
PORTS_MISSING = Refusal(
    BAD_VALUE, "Invalid value for portRange. Must specify both from and to ports with TCP/UDP.", OBS
)
PORT_OUT_OF_RANGE = Refusal(BAD_VALUE, "TCP/UDP ({side}) port ({port}) out of range", OBS)
ICMP_OUT_OF_RANGE = Refusal(BAD_VALUE, "ICMP {what} ({value}) out of range", OBS)
PORTS_REVERSED = Refusal(BAD_VALUE, "Invalid TCP/UDP port range ({first}:{last})", MEM)
BAD_RULE_CIDR = Refusal(BAD_VALUE, "CIDR block {cidr} is malformed", OBS)
BAD_RULE_DESCRIPTION = Refusal(
    BAD_VALUE,
    "Invalid rule description. Valid descriptions are strings less than 256 characters from the "
    "following set:  " + _CHARACTERS,
    OBS,
)
PERMISSION_TWICE = Refusal(BAD_VALUE, "The same permission must not appear multiple times", OBS)
PERMISSION_EXISTS = Refusal(
    DUPLICATE_PERMISSION, 'the specified rule "peer: {peer}, {traffic}, ALLOW" already exists', OBS
)
PERMISSION_MISSING = Refusal(
    "InvalidPermission.NotFound", "The specified rule does not exist in this security group.", OBS
)
