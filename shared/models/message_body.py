"""Messages for models as people write them, in capsules and prompts."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from shared.kit.models import Model


class MessageBody(Model):
    """One message; the expressions in it read what its prompt or its step has."""

    role: Literal["system", "user", "assistant"]
    content: Annotated[str, StringConstraints(strict=True, min_length=1, max_length=32_000)]
