"""The model reviewer, where one is configured: an HTTP service that receives a spec and the rules'
findings, and may object."""

from collections.abc import Sequence
from functools import cache
from typing import Annotated, Literal

from pydantic import Field, HttpUrl, StringConstraints, ValidationError

from functions.agents.rules.checks.findings import Finding
from functions.agents.rules.judgement import Judgement
from functions.agents.rules.spec import Spec
from shared.kit.errors import Invalid, MalformedRequest, Unavailable
from shared.kit.models import Data, Model
from shared.kit.parsing import parse_json
from shared.kit.plain_text import refuse_odd_text
from shared.runtime.settings import Settings

TIMEOUT_SECONDS = 20.0
MOST_FINDINGS = 50
# An approval must have room for the spec and all findings on it.
LARGEST_ANSWER_BYTES = 64_000


class ReviewerSettings(Settings):
    """ASSENT_REVIEWER_URL, which is usually empty."""

    reviewer_url: HttpUrl | None = None


class Objection(Model):
    """One finding of the model, about one of the stages 3 to 5."""

    stage: Literal[3, 4, 5]
    check: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{2,59}$")]
    verdict: Literal["pass", "fail", "escalate"]
    evidence: Annotated[str, StringConstraints(min_length=1, max_length=1_000)]
    path: Annotated[str, StringConstraints(max_length=300)] = ""


class ReviewAnswer(Data):
    """The service's answer."""

    findings: Annotated[tuple[Objection, ...], Field(max_length=MOST_FINDINGS)] = ()


class Reviewer:
    """Calls the reviewer at one address."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def review(
        self, case_id: str, spec: Spec, judgement: Judgement
    ) -> dict[int, Sequence[Finding]]:
        """The model's findings by stage; each check's name begins with `model_`, unlike every
        rule's. Raises Unavailable where the service does not answer, or not in the expected
        form and in plain text."""
        import httpx

        shown = {
            "case_id": case_id,
            "spec": spec.document(),
            "findings": [finding.model_dump(mode="json") for finding in judgement.findings],
        }
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
                answer = await client.post(self._url, json=shown)
                answer.raise_for_status()
                if len(answer.content) > LARGEST_ANSWER_BYTES:
                    raise Unavailable("the reviewer's answer is too long")
                value = parse_json(answer.content)
                refuse_odd_text(value)
                read = ReviewAnswer.model_validate(value)
        except (httpx.HTTPError, Invalid, MalformedRequest, ValidationError) as error:
            raise Unavailable("the reviewer's answer has another form than expected") from error
        found: dict[int, list[Finding]] = {}
        for each in read.findings:
            said = Finding(
                check=f"model_{each.check}",
                verdict=each.verdict,
                evidence=each.evidence,
                path=each.path,
            )
            found.setdefault(each.stage, []).append(said)
        return dict(found)


@cache
def configured_reviewer() -> Reviewer | None:
    """The configured reviewer of this process. Raises ConfigurationError for an invalid address."""
    url = ReviewerSettings.from_environment().reviewer_url
    return Reviewer(str(url)) if url is not None else None
