"""What is said to a model: by the steps of plans, by prompts, and by whoever asks one."""

from typing import Literal

from shared.kit.models import Data


class Said(Data):
    """One message to a model. `content` is a template: of a prompt over `variables`, else over
    inputs and earlier steps."""

    role: Literal["system", "user", "assistant"]
    content: str
