"""The description of every public call, which a process of tests makes once: it takes seconds."""

from functools import cache
from pathlib import Path
from typing import Any

from docs.reference import merged_openapi
from shared.manifest import load_manifests

ROOT = Path(__file__).parents[1]


@cache
def description() -> dict[str, Any]:
    """The checkout's OpenAPI document. Nobody changes it."""
    return merged_openapi(load_manifests(ROOT))
