"""What every generated model is made of."""

from typing import Any

from pydantic import BaseModel, ConfigDict, WrapValidator
from pydantic.functional_validators import ModelWrapValidatorHandler


class Answered(BaseModel):
    """Something that the platform answered. Fields that a later platform adds are kept as they
    are, and so is a word that this version does not know where it knows a choice of words."""

    model_config = ConfigDict(
        frozen=True, extra="allow", defer_build=True, populate_by_name=True, protected_namespaces=()
    )


def _known(value: Any, handler: ModelWrapValidatorHandler[Any]) -> Any:
    return value if isinstance(value, str) else handler(value)


# A choice of words: typed as those that are known, and any other is passed on.
Known = WrapValidator(_known)
