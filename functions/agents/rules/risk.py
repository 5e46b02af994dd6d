"""The risk of an agent by what it does alone, with the reasons that the governor's card shows."""

from collections.abc import Iterator, Mapping
from itertools import chain

from events.agents import Risk
from events.effects import HARMLESS, RISK, RISKS
from events.rights import RightLimits
from events.specs import CLASSIFICATIONS, DATA_RISK, Budget, Classification
from functions.agents.rules.rights import Held, Powers
from shared.kit.models import Model
from shared.kit.money import in_usd
from shared.kit.quoting import in_lines, quote

CRITICAL_USD = 10_000
MOST_REASONS = 32
LONGEST_REASON = 2_000
DEFAULTS = Budget()


class Assessment(Model):
    """A risk with its reasons, gravest first, and what the card lists of the agent's rights."""

    risk: Risk
    reasons: tuple[str, ...]


def assess(powers: Powers, *, concerns: int = 0) -> Assessment:
    """The gravest of what the agent does alone: its effects, what nothing undoes, the data that it
    touches, how far a mistake reaches, and limits of money. What needs a person's approval does not
    raise it; concerns raise it by one step."""
    found = sorted(_factors(powers), key=lambda factor: -RISKS.index(factor[0]))
    rank = RISKS.index(found[0][0]) if found else 0
    reasons = list(dict.fromkeys(text for risk, text in found if risk != "low"))
    if concerns:
        rank = min(rank + 1, len(RISKS) - 1)
        reasons.insert(0, f"concerns of a reader of its texts, which raise the risk: {concerns}")
    if not reasons:
        reasons = ["alone it only reads and drafts, with public data"]
    if (more := len(reasons) - MOST_REASONS) > 0:
        reasons[MOST_REASONS:] = [f"and {more} more like these"]
    card = (in_lines(LONGEST_REASON, *part) for part in _card(powers))
    shown = (*(each[:LONGEST_REASON] for each in reasons), *chain.from_iterable(card))
    return Assessment(risk=RISKS[rank], reasons=shown)


def data_classification(powers: Powers) -> Classification:
    """The most sensitive data that the agent reaches, alone or with approval; what `data_access`
    does not declare counts as restricted."""
    found = map(powers.spec.classification, powers.reached)
    return max(found, key=CLASSIFICATIONS.index, default="public")


def _factors(powers: Powers) -> Iterator[tuple[Risk, str]]:
    for deed in powers.alone_deeds:
        yield RISK[deed.effect], f"{deed.ref} is done alone: {deed.effect}"
        if deed.effect == "pay":
            right = powers.alone.get(deed.ref)
            yield _pays(deed.ref, right.limits if right else RightLimits())
        for source in deed.sources:
            yield _touched(powers, deed.ref, source, changes=deed.effect not in HARMLESS)
    for ref in powers.irreversible:
        yield "high", f"nothing undoes {ref}, which is done alone"
    for source in powers.untouched:
        # Only operations change data.
        yield _touched(powers, "it", source, changes=False)
    radius, budget = powers.spec.containment.blast_radius, powers.spec.budget
    if radius in (None, "platform"):
        yield "critical", f"a mistake could reach: {radius or 'not said'}"
    if budget.per_run_usd > DEFAULTS.per_run_usd or budget.per_day_usd > DEFAULTS.per_day_usd:
        usual = (
            f"the defaults are {in_usd(DEFAULTS.per_run_usd)} and {in_usd(DEFAULTS.per_day_usd)}"
        )
        spends = (
            f"may spend {in_usd(budget.per_run_usd)} a run and {in_usd(budget.per_day_usd)} a day"
        )
        yield "medium", f"{spends}; {usual}"


def _touched(powers: Powers, actor: str, source: str, *, changes: bool) -> tuple[Risk, str]:
    found = powers.spec.classification(source)
    risk = "critical" if found == "restricted" and changes else DATA_RISK[found]
    why = ": data_access does not declare it" if source in powers.undeclared else ""
    return risk, f"{actor} touches {source}, which is {found}{why}"


def _pays(ref: str, limits: RightLimits) -> tuple[Risk, str]:
    most, often = limits.up_to_usd, limits.per_day
    if most is None:
        return "critical", f"{ref} pays any amount"
    is_large = often is None or most.usd * often >= CRITICAL_USD
    calls = f"and {often} calls a day" if often else "and any number of calls a day"
    return (
        "critical" if is_large else "high",
        f"{ref} pays up to {in_usd(most.usd)} a call, {calls}",
    )


def _card(powers: Powers) -> Iterator[tuple[str, list[str]]]:
    yield "alone", _rights_in_words(powers, powers.alone)
    yield "with a person's approval", _rights_in_words(powers, powers.with_approval)
    forever = (deed.ref for deed in powers.held_deeds if deed.irreversible)
    yield "can never be undone", [ref for ref in forever if ref in powers.held]
    spec, unsaid = powers.spec, dict.fromkeys(powers.undeclared, ", because nothing declares it")
    found = {each: spec.classification(each) + unsaid.get(each, "") for each in powers.reached}
    yield "data, as declared", [f"{quote(source)} ({said})" for source, said in found.items()]
    if unknown := [deed.ref for deed in powers.held_deeds if not deed.confirmed]:
        yield "nobody has confirmed the effects of", unknown


def _rights_in_words(powers: Powers, held: Mapping[str, Held]) -> list[str]:
    limits = {ref: right.limits.in_words for ref, right in held.items()}
    return [
        f"{deed.ref} ({', '.join((deed.effect, *limits.get(deed.ref, ['only to undo'])))})"
        for deed in powers.with_undo(held)
    ]
