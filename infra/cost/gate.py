"""A change that makes the stack dearer by more than a twentieth needs a decision."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field

from infra.cost.figures import Figure
from shared.kit.models import Model

BASELINE = Path(__file__).parent / "baseline.json"
TOLERATED = 1.05


class Baseline(Model):
    """What was accepted, in dollars a month, and the decision that says so."""

    usd_month: dict[str, Annotated[float, Field(gt=0)]]
    decision: Annotated[str, Field(pattern=r"^docs/decisions/[0-9]{4}-[a-z0-9-]+\.md$")]

    @classmethod
    def load(cls, file: Path = BASELINE) -> Self:
        """Raises pydantic.ValidationError, OSError."""
        return cls.model_validate_json(file.read_text())


def objections(
    figures: Mapping[str, Figure], baseline: Baseline, decision: str | None
) -> Iterator[str]:
    """Why the change may not go in as it is: a figure rose by more than is tolerated, or the
    baseline says what the text of its decision does not. `decision` is that text, or None."""
    for name, accepted in baseline.usd_month.items():
        now = figures[name].value
        if now > accepted * TOLERATED:
            rise = 100 * (now / accepted - 1)
            yield (
                f"{name} is ${now:.2f}, {rise:.0f} % above the accepted ${accepted:.2f}. Make it "
                "cheaper; or raise infra/cost/baseline.json and name there the decision that "
                "accepts the new figure."
            )
        if decision is not None and f"${accepted:.2f}" not in decision:
            yield f"{baseline.decision} does not say that {name} may be ${accepted:.2f}"
    if decision is None:
        yield f"{baseline.decision} does not exist"


def decision_of(baseline: Baseline, root: Path) -> str | None:
    """The text of the decision a baseline names."""
    file = root / baseline.decision
    return file.read_text() if file.exists() else None
