"""The risk of an agent by what it does alone, with the reasons that the governor's card shows."""

from collections.abc import Iterator, Mapping
from textwrap import TextWrapper
from typing import Any

from events.agents import Risk
from events.effects import HARMLESS, RISK, RISKS
from events.specs import CLASSIFICATIONS, Budget, Classification, RightLimits
from functions.agents.rules.rights import Deed, Held, Powers
from shared.kit.models import Model
from shared.kit.quoting import quote

CRITICAL_USD = 10_000
MOST_REASONS = 32
LONGEST_REASON = 2_000
DEFAULTS = Budget()

_BY_CLASSIFICATION: dict[Classification, Risk] = {
    "public": "low",
    "internal": "medium",
    "confidential": "high",
    "restricted": "high",
}


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
    reasons = [text for risk, text in found if risk != "low"]
    if concerns:
        rank = min(rank + 1, len(RISKS) - 1)
        reasons.insert(0, f"concerns of a reader of its texts, which raise the risk: {concerns}")
    if not reasons:
        reasons = ["alone it only reads and drafts, with public data"]
    reasons = list(dict.fromkeys(reasons))
    if (more := len(reasons) - MOST_REASONS) > 0:
        reasons[MOST_REASONS:] = [f"and {more} more like these"]
    told = (*(each[:LONGEST_REASON] for each in reasons), *_card(powers))
    return Assessment(risk=RISKS[rank], reasons=told)


def data_classification(powers: Powers) -> Classification:
    """The most sensitive data that the agent reaches, alone or with approval; what `data_access`
    does not declare counts as restricted."""
    found = map(powers.classification, powers.reached)
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
        usual = f"the defaults are {_usd(DEFAULTS.per_run_usd)} and {_usd(DEFAULTS.per_day_usd)}"
        spends = f"may spend {_usd(budget.per_run_usd)} a run and {_usd(budget.per_day_usd)} a day"
        yield "medium", f"{spends}; {usual}"


def _touched(powers: Powers, actor: str, source: str, *, changes: bool) -> tuple[Risk, str]:
    found = powers.classification(source)
    is_known = source.casefold() in powers.declared
    risk = "critical" if found == "restricted" and changes else _BY_CLASSIFICATION[found]
    why = "" if is_known else ": data_access does not declare it"
    return risk, f"{actor} touches {source}, which is {found}{why}"


def _usd(amount: float) -> str:
    return f"${amount:,.12g}"


def _pays(ref: str, limits: RightLimits) -> tuple[Risk, str]:
    most, often = limits.up_to_usd, limits.per_day
    if most is None:
        return "critical", f"{ref} pays any amount"
    is_large = often is None or most.usd * often >= CRITICAL_USD
    calls = f"and {often} calls a day" if often else "and any number of calls a day"
    return "critical" if is_large else "high", f"{ref} pays up to {_usd(most.usd)} a call, {calls}"


def _card(powers: Powers) -> Iterator[str]:
    for name, held in (
        ("alone", powers.alone),
        ("with a person's approval", powers.with_approval),
    ):
        yield from _lines(name, [_told(deed, held) for deed in powers.with_undo(held)])
    forever = [
        each.ref for each in powers.held_deeds if each.irreversible and each.ref in powers.held
    ]
    yield from _lines("can never be undone", forever)
    sources = {each: CLASSIFICATIONS.index(powers.classification(each)) for each in powers.reached}
    gravest = sorted(sources, key=lambda each: (-sources[each], each))
    yield from _lines("data, as declared", [_classified(powers, each) for each in gravest])
    if unknown := [deed.ref for deed in powers.held_deeds if not deed.confirmed]:
        yield from _lines("nobody has confirmed what these do, or with which data", unknown)


def _lines(title: str, told: list[str]) -> list[str]:
    start = f"{title}: "
    lines = TextWrapper(LONGEST_REASON, start, start, break_on_hyphens=False)
    return lines.wrap(", ".join(told) or "none")


def _classified(powers: Powers, source: str) -> str:
    why = "" if source.casefold() in powers.declared else ", because nothing declares it"
    return f"{quote(source)} ({powers.classification(source)}{why})"


def _told(deed: Deed, held: Mapping[str, Held]) -> str:
    right = held.get(deed.ref)
    limits = map(_limit, right.limits.bounds.items()) if right else ["only to undo"]
    return f"{deed.ref} ({', '.join([deed.effect, *limits])})"


def _limit(bound: tuple[str, Any]) -> str:
    name, value = bound
    if name == "up_to_usd":
        return f"up to {_usd(value['usd'])} a call"
    if name == "only":
        return " and ".join(f"only {each}: {' | '.join(value[each])}" for each in sorted(value))
    return f"{value} {name.replace('_', ' ')}"
