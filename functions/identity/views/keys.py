"""What members see of API keys."""

from typing import Self

from events.api_keys import ApiKeyState
from functions.identity.rules.api_key import ApiKey
from shared.kit.models import Page, part_of


class KeyView(ApiKeyState):
    """An API key without its secret."""

    name: str

    @classmethod
    def of(cls, key: ApiKey) -> Self:
        """What members see of it."""
        return part_of(cls, key)


class NewKey(KeyView):
    """An API key with its secret, which is shown this once."""

    secret: str


class KeyPage(Page[KeyView]):
    """A page of API keys."""
