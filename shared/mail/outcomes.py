"""What became of a mail, as far as anybody knows."""

from typing import NamedTuple

from shared.kit.outcomes import NeverSent, Refused, Unknown


class NotFor(NamedTuple):
    """A recipient for whom the relay did not take the mail: its code and its words."""

    address: str
    code: int
    detail: str


class Taken(NamedTuple):
    """The relay took the mail, for these and not for those."""

    message_id: str
    accepted: tuple[str, ...]
    refused: tuple[NotFor, ...]


MailOutcome = Taken | Refused | NeverSent | Unknown
