"""The settings of this function beyond those of every function."""

from functools import cache
from typing import Annotated

from pydantic import Field

from shared.models.settings import ModelSettings

Price = Annotated[float, Field(ge=0, le=100_000)]


class RunsSettings(ModelSettings):
    """The model that steps of the kind `agent` ask: where it is, such as
    `https://models.example/v1`, its name, and its prices for a million tokens, in dollars. Without
    the first two nobody is asked; a price that is not said counts as the dearest."""

    model_name: str = ""
    model_usd_in: Price | None = None
    model_usd_out: Price | None = None

    @property
    def model(self) -> str:
        """The name of the model that is asked; empty where nobody is."""
        return self.model_name if self.model_url else ""


@cache
def settings() -> RunsSettings:
    """The settings, read once per process."""
    return RunsSettings.from_environment()
