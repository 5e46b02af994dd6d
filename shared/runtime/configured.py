"""Asks services of the operator's own, whose addresses are configuration."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from shared.kit.errors import Invalid, MalformedRequest, Unavailable
from shared.kit.parsing import parse_json
from shared.kit.plain_text import refuse_odd_text
from shared.runtime.certificates import trusted_certificates

TIMEOUT_SECONDS = 20.0
M = TypeVar("M", bound=BaseModel)


async def asked(url: str, who: str, form: type[M], *, longest: int, **sent: Any) -> M:
    """What the service `who` answers to a POST of what is `sent`, as httpx takes that: of that
    form, in plain text, of at most `longest` bytes. Raises Unavailable for anything else."""
    import httpx

    try:
        async with httpx.AsyncClient(
            verify=trusted_certificates(), timeout=TIMEOUT_SECONDS, trust_env=False
        ) as client:
            answer = await client.post(url, **sent)
            answer.raise_for_status()
            if len(answer.content) > longest:
                raise Unavailable(f"{who}'s answer is too long")
            value = parse_json(answer.content)
            refuse_odd_text(value)
            return form.model_validate(value)
    except (httpx.HTTPError, Invalid, MalformedRequest, ValidationError) as error:
        raise Unavailable(f"{who}'s answer has another form than expected") from error
