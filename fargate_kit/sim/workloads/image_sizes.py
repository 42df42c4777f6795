"""How many megabytes a pull of well-known images loads.

All numbers are approximate: compressed sizes for x86-64 as the registries showed them in 2025;
they differ from release to release, and nothing but the duration of a simulated pull depends on
them.
"""

from __future__ import annotations

from collections.abc import Mapping

VARIANT_SIZES: Mapping[str, float] = {
    "httpd:*alpine*": 21.0,
    "mysql:5*": 170.0,
    "nginx:*alpine*": 21.0,
    "nginx:*alpine-slim*": 5.5,
    "node:*alpine*": 55.0,
    "node:*slim*": 75.0,
    "postgres:*alpine*": 110.0,
    "python:*alpine*": 18.0,
    "python:*slim*": 45.0,
    "redis:*alpine*": 17.0,
    "debian:*slim*": 28.0,
}
"""Megabytes by image and pattern of its tag, where a variant differs from the plain image."""
