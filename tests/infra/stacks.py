"""Settings for tests: a sound stack, to be made unsound one value at a time."""

from typing import Any

from infra.settings import Settings, read_settings

SOUND: dict[str, Any] = {
    "project": "assent-test",
    "environment": "prod",
    "issuer": "https://issuer.example.com",
    "jwks_url": "https://issuer.example.com/jwks.json",
    "alert_email": "operators@example.com",
    "public_functions": ["agents", "approvals", "mobile-api"],
}


def settings(**values: Any) -> Settings:
    """Sound settings with these values. Raises Refused where they are not sound any more."""
    return read_settings(SOUND | values)
