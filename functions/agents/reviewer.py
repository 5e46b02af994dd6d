"""The reader of prose, where one is configured: an HTTP service that receives a spec with the
rules' findings, and may raise concerns."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from pydantic import Field, HttpUrl, StringConstraints, ValidationError

from events.cases import Finding
from functions.agents.rules.review import LARGEST_ANSWER_BYTES, concern
from shared.kit.errors import Invalid, MalformedRequest, Unavailable
from shared.kit.json_parts import nearest
from shared.kit.models import Data, Model
from shared.kit.parsing import parse_json
from shared.kit.plain_text import refuse_odd_text
from shared.kit.quoting import Sentence
from shared.runtime.certificates import trusted_certificates
from shared.runtime.settings import Settings

TIMEOUT_SECONDS = 20.0
MOST_CONCERNS = 50


class ReviewerSettings(Settings):
    """ASSENT_REVIEWER_URL, which is usually empty."""

    reviewer_url: HttpUrl | None = None


class Concern(Model):
    """A doubt: the words that it is about, the JSON Pointer of the text that has them, and why."""

    quote: Annotated[str, StringConstraints(max_length=300, pattern=r"\S")]
    path: Annotated[str, StringConstraints(max_length=300, pattern=r"^/")]
    reason: Annotated[Sentence, Field(max_length=1_000)]


class Answer(Data):
    """The service's answer."""

    concerns: Annotated[tuple[Concern, ...], Field(max_length=MOST_CONCERNS)] = ()


@dataclass(frozen=True)
class Reviewer:
    """Calls the reader at one address."""

    url: str

    async def review(
        self, case_id: str, spec: dict[str, Any], findings: list[dict[str, str]]
    ) -> tuple[Finding, ...]:
        """The concerns about a spec in its normal form. Raises Unavailable where the service does
        not answer, or not in the expected form, in plain text and about words of the spec."""
        import httpx

        shown = {"case_id": case_id, "spec": spec, "findings": findings}
        try:
            async with httpx.AsyncClient(
                verify=trusted_certificates(), timeout=TIMEOUT_SECONDS, trust_env=False
            ) as client:
                answer = await client.post(self.url, json=shown)
                answer.raise_for_status()
                if len(answer.content) > LARGEST_ANSWER_BYTES:
                    raise Unavailable("the reader's answer is too long")
                value = parse_json(answer.content)
                refuse_odd_text(value)
                concerns = Answer.model_validate(value).concerns
        except (httpx.HTTPError, Invalid, MalformedRequest, ValidationError) as error:
            raise Unavailable("the reader's answer has another form than expected") from error
        for each in concerns:
            found, text = nearest(spec, each.path)
            if found != each.path or not isinstance(text, str) or each.quote not in text:
                raise Unavailable(f"the reader quotes what is not at {each.path}")
        quoted = ((json.dumps(each.quote, ensure_ascii=False), each) for each in concerns)
        return tuple(concern(f"{quote}: {each.reason}", each.path) for quote, each in quoted)


@cache
def configured_reviewer() -> Reviewer | None:
    """The configured reader of this process. Raises ConfigurationError for an invalid address."""
    url = ReviewerSettings.from_environment().reviewer_url
    return Reviewer(str(url)) if url is not None else None
