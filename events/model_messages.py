"""Messages to a model: those of plans' steps, of prompts, and of direct questions."""

from typing import Literal

from shared.kit.models import Data


class Said(Data):
    """One message to a model. `content` is a template: of a prompt over `variables`, else over
    inputs and earlier steps."""

    role: Literal["system", "user", "assistant"]
    content: str
