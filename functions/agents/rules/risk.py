"""The risk of an agent by rules, with the reasons that the governor's card shows."""

from collections.abc import Iterator
from typing import Literal

from functions.agents.rules.language.deeds import deeds
from functions.agents.rules.operations import operations
from functions.agents.rules.spec import CLASSIFICATIONS, RADII, Classification, Role, Spec
from shared.kit.models import Model

Risk = Literal["low", "medium", "high", "critical"]
RISKS: tuple[Risk, ...] = ("low", "medium", "high", "critical")
DEFAULT_PER_RUN_USD = 0.5
DEFAULT_PER_DAY_USD = 5.0

_BY_CLASSIFICATION: dict[Classification, Risk] = {
    "public": "low",
    "internal": "medium",
    "confidential": "high",
    "restricted": "high",
}
_COMMITS = ("pay", "buy", "sell", "sign", "delete", "deny", "hire", "diagnose", "deploy", "cancel")


class Assessment(Model):
    """A risk with its reasons, gravest first."""

    risk: Risk
    reasons: tuple[str, ...]


def assess(spec: Spec) -> Assessment:
    """The gravest of: the data's sensitivity, irreversible operations, how far a mistake reaches,
    what the agent decides alone, and limits above the defaults."""
    found = sorted(_factors(spec), key=lambda factor: -RISKS.index(factor[0]))
    if not found:
        return Assessment(
            risk="low",
            reasons=(
                "public data only, every operation can be undone, nothing is sent or published "
                f"alone, and no mistake reaches beyond one {spec.containment.blast_radius}",
            ),
        )
    return Assessment(risk=found[0][0], reasons=tuple(dict.fromkeys(text for _, text in found)))


def data_classification(spec: Spec) -> Classification:
    """The most sensitive classification that the spec declares; `public` where it declares no
    data."""
    declared = [access.classification for access in spec.data_access]
    return max(declared, key=CLASSIFICATIONS.index, default="public")


def _factors(spec: Spec) -> Iterator[tuple[Risk, str]]:
    yield from _data(spec)
    for system in spec.external_systems:
        if not system.reversible:
            yield "high", f"what is done in {system.name} cannot be undone"
    radius = spec.containment.blast_radius
    if radius is None or RADII.index(radius) > RADII.index("tenant"):
        yield "critical", f"a mistake could reach: {radius or 'not said'}"
    yield from _alone(spec)
    budget = spec.budget
    if budget.per_run_usd > DEFAULT_PER_RUN_USD or budget.per_day_usd > DEFAULT_PER_DAY_USD:
        yield (
            "medium",
            f"may spend ${budget.per_run_usd:g} a run and ${budget.per_day_usd:g} a day; "
            f"the defaults are ${DEFAULT_PER_RUN_USD:g} and ${DEFAULT_PER_DAY_USD:g}",
        )


def _data(spec: Spec) -> Iterator[tuple[Risk, str]]:
    for access in spec.data_access:
        risk = _BY_CLASSIFICATION[access.classification]
        if access.classification == "restricted" and access.mode == "write":
            risk = "critical"
        if risk != "low":
            yield risk, f"{access.mode}s {access.source}, which is {access.classification}"


def _alone(spec: Spec) -> Iterator[tuple[Risk, str]]:
    lasting = any(
        not operation.system.reversible and operation.reaches_out for operation in operations(spec)
    )
    for passage in spec.passages_of(Role.ALONE):
        done = {deed.deed for deed in deeds(passage.text)}
        if done & set(_COMMITS):
            yield "high", f'decides alone: "{passage.text}"'
        elif done & {"send", "publish", "disclose"}:
            yield ("high" if lasting else "medium"), f'sends or publishes alone: "{passage.text}"'
