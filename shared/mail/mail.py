"""A mail, and who says so to a relay."""

from typing import NamedTuple

from pydantic import SecretStr


class Mail(NamedTuple):
    """A mail with those who are to get it, each once."""

    message_id: str
    sender: str
    recipients: tuple[str, ...]
    content: bytes


class Login(NamedTuple):
    """A user of a relay. No text of it shows the password."""

    user: str
    password: SecretStr
