"""The settings of this function beyond those of every function."""

from functools import cache
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from shared.runtime.settings import Settings

Price = Annotated[float, Field(ge=0, le=100_000)]


class RunsSettings(Settings):
    """The model that steps of the kind `agent` ask: where it is, such as
    `https://models.example/v1`, its name, and its prices for a million tokens, in dollars. Without
    the first two nobody is asked; a price that is not said counts as the dearest."""

    environment: str = "prod"
    model_url: str = ""
    model_name: str = ""
    model_usd_in: Price | None = None
    model_usd_out: Price | None = None

    @property
    def model(self) -> str:
        """The name of the model that is asked; empty where nobody is."""
        return self.model_name if self.model_url else ""

    @field_validator("model_url")
    @classmethod
    def _is_reached_over_tls(cls, url: str, others: ValidationInfo) -> str:
        if url and others.data.get("environment") != "local" and not url.startswith("https://"):
            raise ValueError("must be https, because the key and the prompts go there")
        return url.rstrip("/")


@cache
def settings() -> RunsSettings:
    """The settings, read once per process."""
    return RunsSettings.from_environment()
