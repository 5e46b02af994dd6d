"""What the API takes and shows of texts that are compared with what the constitution forbids."""

from typing import Annotated

from pydantic import AfterValidator, JsonValue, StringConstraints

from events.dossiers import MOST_CONTENT_BYTES
from shared.kit.json_limits import JsonLimit
from shared.kit.models import Data, Model

_CONTENT = JsonLimit(most_bytes=MOST_CONTENT_BYTES)


class ComparedBody(Model):
    """The texts to compare, anywhere in a JSON object: a spec, a plan, the content of an approval.
    With the `subject_type` of that approval, what Assent itself added is left out."""

    content: Annotated[dict[str, JsonValue], AfterValidator(_CONTENT)]
    subject_type: Annotated[str, StringConstraints(max_length=200)] | None = None


class RuleView(Data):
    """A rule of the constitution. What it `says` stands word for word in the document of that
    name."""

    name: str
    says: str
    document_name: str


class NearSentence(Data):
    """A sentence to read first: `quote` stands word for word in the text at `path`, a JSON Pointer,
    from the character `start` on. It is near to the `rule`, and may keep it or break it."""

    path: str
    start: int
    quote: str
    rule: RuleView


class NearestRules(Data):
    """The sentences that are nearest to what the constitution forbids, at most three, the nearest
    first, of so many `compared` ones. `not_english` are those in words that the model hardly knows;
    where they are more than half, nothing is said of any."""

    items: tuple[NearSentence, ...]
    compared: int
    not_english: int
