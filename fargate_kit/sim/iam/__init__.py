"""IAM in the simulated account: what roles and callers may do."""
