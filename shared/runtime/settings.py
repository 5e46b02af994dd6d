"""The environment variables of every function, typed and frozen."""

import os
from collections.abc import Mapping
from functools import cache
from typing import Literal, Self

from pydantic import ValidationError, ValidationInfo, field_validator

from shared.kit.models import Model
from shared.kit.tier_limits import Tier


class ConfigurationError(RuntimeError):
    """A variable is missing or unusable; names each of these variables."""


class Settings(Model):
    """Base of typed settings: the field `jwks_url` is read from ASSENT_JWKS_URL, and so on."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Reads the variables of its fields. Raises ConfigurationError naming each bad one."""
        variables = os.environ if environment is None else environment
        found = {
            name: variables[variable]
            for name in cls.model_fields
            if (variable := f"ASSENT_{name.upper()}") in variables
        }
        try:
            return cls.model_validate(found)
        except ValidationError as error:
            problems = [
                f"ASSENT_{str(problem['loc'][0]).upper()}: {problem['msg']}"
                for problem in error.errors()
            ]
            raise ConfigurationError("; ".join(problems)) from error


class LimitSettings(Settings):
    """Our environment, and whether a local platform limits what its callers use: tests and demo
    call without a limit. There all tenants have the tier `local_tier` where it is named."""

    environment: Literal["local", "dev", "staging", "prod"]
    local_limits: bool = False
    local_tier: Tier | None = None

    @property
    def has_limits(self) -> bool:
        """Whether callers and tenants are limited: always, beyond a local platform."""
        return self.environment != "local" or self.local_limits


class RuntimeSettings(LimitSettings):
    """The issuer of the tokens that we accept, beside the limits."""

    issuer: str
    audience: str = "assent"
    jwks_url: str
    identity_url: str = ""

    @property
    def address_of_identity(self) -> str:
        """Where API keys are exchanged: at the issuer, unless a local platform says otherwise."""
        return self.identity_url or self.issuer

    @field_validator("jwks_url")
    @classmethod
    def _keys_come_over_tls(cls, url: str, others: ValidationInfo) -> str:
        if others.data.get("environment", "local") != "local" and not url.startswith("https://"):
            raise ValueError("must be https, because the sender of the keys can issue tokens")
        return url


@cache
def limit_settings() -> LimitSettings:
    """The settings, read once per process."""
    return LimitSettings.from_environment()


@cache
def runtime_settings() -> RuntimeSettings:
    """The settings, read once per process at its first request."""
    return RuntimeSettings.from_environment()
