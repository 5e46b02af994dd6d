"""Messages to a model: those of plans' steps, of prompts, and of direct questions."""

from typing import Literal

from shared.kit.models import Data


class ModelMessage(Data):
    """One message to a model. `content` is a template, over `variables` in a prompt, else over
    inputs and earlier steps."""

    role: Literal["system", "user", "assistant"]
    content: str
