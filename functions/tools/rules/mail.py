"""Whether a relay's settings say whom mail is from, and who may be sent any. Pure."""

from collections.abc import Iterator

from events.connector_definition import ConnectorDefinition
from shared.kit.errors import FieldError
from shared.mail.addresses import WrongAddress, sent_address, wrong_pattern


def wrong_mail(definition: ConnectorDefinition) -> Iterator[FieldError]:
    """Every mistake in the settings of a relay."""
    mail = definition.mail
    if mail is None:
        needed = "write who mail is from (from_address), and who may get any (recipients)"
        yield FieldError("mail", f"is needed: {needed}")
        return
    try:
        plain = sent_address(mail.from_address)
        if plain != mail.from_address:
            yield FieldError("mail.from_address", f"must be written as it is sent: {plain}")
    except WrongAddress as error:
        yield FieldError("mail.from_address", str(error))
    for number, each in enumerate(mail.recipients):
        told = wrong_pattern(each)
        if told is not None:
            yield FieldError(f"mail.recipients.{number}", told)
