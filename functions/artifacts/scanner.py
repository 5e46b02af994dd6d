"""The scanner for malware, where one is configured: an HTTP service that gets the bytes of a file
and says what it found."""

from collections.abc import AsyncIterator
from functools import cache
from typing import Annotated

from pydantic import HttpUrl, StringConstraints, ValidationError

from shared.artifacts.artifact import Artifact
from shared.kit.errors import Invalid, MalformedRequest, Unavailable
from shared.kit.models import Data
from shared.kit.parsing import parse_json
from shared.kit.plain_text import refuse_odd_text
from shared.runtime.certificates import trusted_certificates
from shared.runtime.settings import Settings

TIMEOUT_SECONDS = 20.0
LARGEST_ANSWER_BYTES = 10_000


class ScannerSettings(Settings):
    """ASSENT_SCANNER_URL, which is usually empty."""

    scanner_url: HttpUrl | None = None


class Answer(Data):
    """The service's answer: what it found, such as `Eicar-Test-Signature`; null for nothing."""

    found: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None


class Scanner:
    """Calls the scanner at one address."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def scan(self, artifact: Artifact, parts: AsyncIterator[bytes]) -> str | None:
        """What the service found in the bytes, None for nothing. Raises Unavailable where it does
        not answer, or not in the expected form."""
        import httpx

        headers = {
            "Content-Type": artifact.media_type,
            "Content-Length": str(artifact.bytes),
            "Assent-Artifact": artifact.artifact_id,
            "Assent-Sha256": artifact.sha256,
        }
        try:
            async with httpx.AsyncClient(
                verify=trusted_certificates(), timeout=TIMEOUT_SECONDS, trust_env=False
            ) as client:
                answer = await client.post(self.url, content=parts, headers=headers)
                answer.raise_for_status()
                if len(answer.content) > LARGEST_ANSWER_BYTES:
                    raise Unavailable("the scanner's answer is too long")
                value = parse_json(answer.content)
                refuse_odd_text(value)
                return Answer.model_validate(value).found
        except (httpx.HTTPError, Invalid, MalformedRequest, ValidationError) as error:
            raise Unavailable("the scanner's answer has another form than expected") from error


@cache
def configured_scanner() -> Scanner | None:
    """The configured scanner of this process. Raises ConfigurationError for an invalid address."""
    url = ScannerSettings.from_environment().scanner_url
    return Scanner(str(url)) if url is not None else None
