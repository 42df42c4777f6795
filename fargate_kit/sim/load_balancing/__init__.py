"""Elastic Load Balancing with targets that live: checks, draining, and HTTP that flows to tasks."""
