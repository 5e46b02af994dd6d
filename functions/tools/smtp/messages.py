"""The mail that a call is. Pure: the same call is the same mail, byte for byte."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from email import message_from_bytes
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from events.mail import MOST_RECIPIENTS, MailSettings
from functions.tools.http.requests import NotSendable
from shared.mail.addresses import WrongAddress, allows, domain_of, sent_address
from shared.mail.mail import Mail

MOST_BYTES = 512 * 1024
# Seven-bit lines, which every relay takes.
_POLICY = SMTP.clone(cte_type="7bit")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u2028\u2029\ud800-\udfff]")
_LINE_ENDS = re.compile(r"[\t\n]")
# The library reads encoded words (RFC 2047), which may have line ends in them.
_ENCODED = "=?"
_ALONE = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_NAME = re.compile(r"[^/\\]{1,100}")
_MEDIA_TYPE = re.compile(r"(application|audio|font|image|text|video)/([a-z0-9][a-z0-9.+-]*)")


def compose(
    settings: MailSettings, arguments: Mapping[str, Any], *, call_id: str, at: datetime
) -> Mail:
    """The mail. Its `Message-ID` says which call it is of. Raises NotSendable, also for whom the
    connector does not allow."""
    to, cc = _addresses("to", arguments, settings), _addresses("cc", arguments, settings)
    recipients = tuple(dict.fromkeys((*to, *cc)))
    most = min(settings.most_recipients, MOST_RECIPIENTS)
    if len(recipients) > most:
        raise NotSendable(f"the mail has {len(recipients)} recipients; at most {most} get one mail")
    sender = sent_address(settings.from_address)
    message = EmailMessage(policy=_POLICY)
    message_id = f"<{call_id}@{domain_of(sender)}>"
    message["From"] = Address(_line("from_name", settings.from_name or ""), addr_spec=sender)
    message["To"] = ", ".join(to)
    if cc:
        message["Cc"] = ", ".join(cc)
    message["Subject"] = _line("subject", arguments["subject"])
    message["Date"] = at
    message["Message-ID"] = message_id
    # No answering machine answers it (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_text("text", arguments["text"]))
    attachments = arguments.get("attachments") or ()
    for number, each in enumerate(attachments):
        _attach(message, f"attachments.{number}", each)
    if attachments:
        # The boundary has the call's id, which nobody knows before the text is fixed.
        message.set_boundary(f"={call_id}=")
    try:
        content = message.as_bytes()
    except (MessageError, UnicodeError, ValueError) as error:
        raise NotSendable("the mail cannot be written") from error
    if message_from_bytes(content).keys() != message.keys() or _ALONE.search(content):
        raise NotSendable("the mail cannot be written")
    if len(content) > MOST_BYTES:
        raise NotSendable(f"the mail has {len(content)} bytes; at most {MOST_BYTES} are sent")
    return Mail(message_id, sender, recipients, content)


def _addresses(field: str, arguments: Mapping[str, Any], settings: MailSettings) -> tuple[str, ...]:
    return tuple(
        _allowed(f"{field}.{number}", each, settings)
        for number, each in enumerate(arguments.get(field) or ())
    )


def _allowed(path: str, text: str, settings: MailSettings) -> str:
    try:
        address = sent_address(text)
    except WrongAddress as error:
        raise NotSendable(f"{path}: {error}") from error
    if not allows(settings.recipients, address):
        told = f"{address} is none of {', '.join(settings.recipients)}"
        raise NotSendable(f"{path}: is nobody whom the connector may send mail to", told[:1_000])
    return address


def _attach(message: EmailMessage, path: str, attachment: Mapping[str, Any]) -> None:
    name, media_type = attachment["name"], _MEDIA_TYPE.fullmatch(attachment["media_type"])
    if media_type is None:
        told = "must be application, audio, font, image, text or video, with a / and a subtype"
        raise NotSendable(f"{path}.media_type: {told}")
    if _NAME.fullmatch(name) is None:
        raise NotSendable(f"{path}.name: must be a file's name without slashes")
    content = b"".join(_contents(path, attachment))
    message.add_attachment(
        content,
        maintype=media_type[1],
        subtype=media_type[2],
        filename=_line(f"{path}.name", name),
        params={"charset": "utf-8"} if "text" in attachment else None,
    )


def _contents(path: str, attachment: Mapping[str, Any]) -> Iterator[bytes]:
    if "text" in attachment:
        yield _text(f"{path}.text", attachment["text"]).encode()
        return
    try:
        yield base64.b64decode(attachment["base64"], validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotSendable(f"{path}.base64: must be base64 (RFC 4648) on one line") from error


def _line(path: str, text: str) -> str:
    if _LINE_ENDS.search(text) or _CONTROLS.search(text):
        raise NotSendable(f"{path}: must be one line of visible characters")
    if _ENCODED in text:
        raise NotSendable(f"{path}: must not have {_ENCODED}, which begins an encoded word")
    return text


def _text(path: str, text: str) -> str:
    plain = text.replace("\r\n", "\n")
    if _CONTROLS.search(plain):
        raise NotSendable(f"{path}: must have no control characters but line ends and tabs")
    return plain
