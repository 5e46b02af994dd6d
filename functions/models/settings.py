"""The settings of this function beyond those of every function."""

from functools import cache

from shared.models.settings import ModelSettings


class ModelsSettings(ModelSettings):
    """Where the stack's own model is, and the folder of models that its operator brings: empty
    where they bring none."""

    models_folder: str = ""

    @property
    def may_be_loopback(self) -> bool:
        """Whether routes may name this machine: on a local platform only."""
        return self.environment == "local"


@cache
def settings() -> ModelsSettings:
    """The settings, read once per process."""
    return ModelsSettings.from_environment()
