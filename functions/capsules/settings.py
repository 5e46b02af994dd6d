"""The settings of this function beyond those of every function."""

from functools import cache

from shared.runtime.settings import Settings


class CapsulesSettings(Settings):
    """The name of the model that steps of the kind `agent` ask; empty where there is none, and then
    no such step compiles."""

    model_name: str = ""


@cache
def settings() -> CapsulesSettings:
    """The settings, read once per process."""
    return CapsulesSettings.from_environment()
