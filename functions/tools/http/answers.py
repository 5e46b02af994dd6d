"""What is taken of an answer: plain, short, and without the credential."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pydantic import JsonValue

from functions.tools.http.outcomes import Answered, Unknown
from shared.kit.errors import AssentError
from shared.kit.parsing import parse_json

if TYPE_CHECKING:
    import httpx2

MOST_ANSWER_BYTES = 256 * 1024
MASK = "[credential]"


class NotTaken(Exception):
    """The body is nothing that is taken; its text goes on after "the answer"."""


async def taken(answer: "httpx2.Response", secrets: Iterable[str]) -> Answered | Unknown:
    """The answer, with each of the secrets masked. Unknown where it says that the service acted,
    and not what that gave. Raises what the client raises."""
    status = answer.status_code
    try:
        value = _value(answer, await _body(answer))
    except NotTaken as error:
        if 200 <= status < 300:
            return Unknown(reason=f"the answer {error}", status=status)
        return Answered(status=status)
    return Answered(status=status, value=masked(value, tuple(secrets)))


async def _body(answer: "httpx2.Response") -> bytes:
    if answer.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise NotTaken("is compressed, which was not asked for")
    too_long = NotTaken(f"has more than {MOST_ANSWER_BYTES} bytes")
    said = answer.headers.get("content-length", "")
    if said.isdigit() and int(said[:20]) > MOST_ANSWER_BYTES:
        raise too_long
    body = bytearray()
    async for part in answer.aiter_raw():
        body += part
        if len(body) > MOST_ANSWER_BYTES:
            raise too_long
    return bytes(body)


def _value(answer: "httpx2.Response", body: bytes) -> JsonValue:
    if not body:
        return None
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "application/json" or media_type.endswith("+json"):
        try:
            value: JsonValue = parse_json(body)
        except AssentError as error:
            raise NotTaken("says that it is JSON, and is not, or is too large to read") from error
        return value
    if not media_type.startswith("text/"):
        raise NotTaken("is neither JSON nor text")
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise NotTaken("is no text in UTF-8") from error


def masked(value: JsonValue, secrets: tuple[str, ...]) -> JsonValue:
    """The value with each of the secrets masked, in names and numbers too."""
    if isinstance(value, dict):
        return {_masked(name, secrets): masked(each, secrets) for name, each in value.items()}
    if isinstance(value, list):
        return [masked(each, secrets) for each in value]
    if value is None or isinstance(value, bool):
        return value
    text = _masked(str(value), secrets)
    return value if text == str(value) else text


def _masked(text: str, secrets: tuple[str, ...]) -> str:
    # The longest first: one may be a part of another.
    for each in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(each, MASK)
    return text
