"""ECS services: what they run, how their deployments roll, and what clients see of it."""
