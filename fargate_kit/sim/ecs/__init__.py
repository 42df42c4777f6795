"""The native ECS of the simulated account: one EcsRegion for each region."""
