"""Settings for tests, and the graphs of the checkout's own stacks."""

from functools import cache
from typing import Any

from infra.preview import Graph, graph
from infra.settings import Settings, read_settings

STACKS = ("dev", "staging", "prod")

# A sound stack, to be made unsound one value at a time.
SOUND: dict[str, Any] = {
    "project": "assent-test",
    "environment": "prod",
    "issuer": "https://issuer.example.com",
    "jwks_url": "https://issuer.example.com/jwks.json",
    "alert_email": "operators@example.com",
    "billing_account": "ABCDEF-012345-6789AB",
    "public_functions": [
        "agents",
        "approvals",
        "artifacts",
        "audit",
        "billing",
        "capsules",
        "identity",
        "knowledge",
        "learning",
        "mobile-api",
        "models",
        "notifications",
        "policy",
        "runs",
        "tools",
        "usage",
    ],
}


def settings(**values: Any) -> Settings:
    """Sound settings with these values. Raises Refused where they are not sound any more."""
    return read_settings(SOUND | values)


# To make a graph takes a processor for four seconds, so tests share what they can.
MORE: dict[str, Any] = {
    "model_url": "https://models.example.com/v1",
    "model_name": "small",
    "model_usd_in": 1.5,
    "model_usd_out": 4,
    "domain": "api.example.com",
    "operators": ["group:on-call@example.com"],
    "cloud_run_sandboxes": True,
    "sql_tier": "db-custom-2-7680",
}


@cache
def sound_graph() -> Graph:
    """What the program makes of sound settings."""
    return graph(settings())


@cache
def larger_graph() -> Graph:
    """What the program makes of sound settings that ask for `MORE`."""
    return graph(settings(**MORE))
