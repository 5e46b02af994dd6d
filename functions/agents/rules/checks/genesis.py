"""Stage 3, Genesis: whether the job is complete, bounded, governed, stable and no undue burden."""

from collections.abc import Iterator

from functions.agents.rules.checks.findings import Finding, Objection, judged, objection, shown
from functions.agents.rules.checks.placeholders import is_empty, is_vague
from functions.agents.rules.language.folding import stem, words
from functions.agents.rules.language.segments import Segment, sentences
from functions.agents.rules.language.vocabulary import listed
from functions.agents.rules.spec import Passage, Role, Spec

SHORTEST_PURPOSE = 4
MOST_APPROVALS = 12
MOST_TRIGGERS = 20

_OPEN = ("anything", "whatever", "everything", "etc", "etcetera", "unlimited", "unrestricted")
_OPEN_PHRASES = (
    *("and more", "and so on", "any task", "any other", "other duties", "as it sees fit"),
    *("where it sees fit", "at its discretion", "and the like", "all tasks", "other tasks"),
    *("as directed", "no limits", "without limits", "not limited to"),
)
_ALWAYS = listed("every each any all")
_ITEMS = listed(
    "message request item input task document draft articl email ticket record case ord "
    "invoic output step answ run question decision action"
)
_PROMISES = (
    *(Role.PURPOSE, Role.IN_SCOPE, Role.ALONE, Role.WITH_APPROVAL, Role.TRIGGER, Role.SECTION),
    *(Role.OUTPUT, Role.ROLLBACK, Role.OPERATION),
)


def completeness(spec: Spec) -> list[Finding]:
    """Fails where the purpose, the industry or the skills say nothing, or a list has a blank
    entry."""
    return judged(
        "completeness",
        _gaps(spec),
        passed=shown("/purpose", spec.purpose, "says what the agent is for"),
    )


def _gaps(spec: Spec) -> Iterator[Objection]:
    if is_empty(spec.purpose) or len(words(spec.purpose)) < SHORTEST_PURPOSE:
        yield objection("/purpose", spec.purpose, "does not say what the agent is for")
    if is_empty(spec.industry):
        yield objection("/industry", spec.industry, "names no industry")
    if not spec.skills:
        yield objection("/skills", "", "names no skill")
    listed = (
        Role.SKILL,
        Role.IN_SCOPE,
        Role.OUT_OF_SCOPE,
        Role.SOURCE,
        Role.SYSTEM,
        Role.OPERATION,
    )
    rights = (Role.ALONE, Role.WITH_APPROVAL, Role.NEVER, Role.TRIGGER, Role.INPUT, Role.OUTPUT)
    for passage in spec.passages_of(*listed, *rights, Role.DEPENDENCY):
        if not passage.text.strip():
            yield objection(passage.path, passage.text, "is blank")


def scope(spec: Spec) -> list[Finding]:
    """Fails where nothing is in scope or nothing is out of scope, where one item is both, or where
    an item in scope is open-ended."""
    return judged(
        "scope",
        _scope_objections(spec),
        passed=shown(
            "/scope/in", spec.scope.inside, "says what is in, and what is out is said too"
        ),
    )


def _scope_objections(spec: Spec) -> Iterator[Objection]:
    if all(is_empty(text) for text in spec.scope.inside):
        yield objection("/scope/in", spec.scope.inside, "nothing is in scope")
    if all(is_empty(text) for text in spec.scope.outside):
        yield objection("/scope/out", spec.scope.outside, "nothing is out of scope")
    outside = {_gist(text): text for text in spec.scope.outside if _gist(text)}
    for passage in spec.passages_of(Role.IN_SCOPE):
        if (other := outside.get(_gist(passage.text))) is not None:
            yield objection(passage.path, passage.text, f'is out of scope too ("{other}")')
        if open_end := _open_end(passage.text):
            yield objection(passage.path, passage.text, f'"{open_end}" has no end')


def _gist(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words(text)) - {"th", "a", "of", "and", "the"}


def _open_end(text: str) -> str | None:
    said = words(text)
    line = f" {' '.join(said)} "
    phrase = next((phrase for phrase in _OPEN_PHRASES if f" {phrase} " in line), None)
    word = next((word for word in said if word in _OPEN), None)
    return phrase or word or (text if text.strip() and is_vague(text) else None)


def governance_hooks(spec: Spec) -> list[Finding]:
    """Fails where the agent has no occasion to escalate to a human, or the spec rules it out."""
    triggers = spec.escalation_triggers
    said = [text for text in triggers if not is_empty(text)]
    path = "/escalation_triggers"
    found = [] if said else [objection(path, triggers, "nothing makes the agent turn to a human")]
    found += [
        objection(passage.path, passage.text, "says nothing")
        for passage in spec.passages_of(Role.TRIGGER)
        if said and passage.text.strip() and is_empty(passage.text)
    ]
    return judged(
        "governance_hooks",
        found,
        passed=shown(f"{path}/0", said[0] if said else "", "makes the agent turn to a human"),
    )


def evolution_triggers(spec: Spec) -> list[Finding]:
    """Fails where the agent may change its own scope, skills, data, rights or limits: every such
    change needs a new case."""
    found = [
        objection(passage.path, segment.quote, "changes what it may do without a new case")
        for passage in spec.passages_of(*_PROMISES)
        for sentence in sentences(passage.text)
        for segment in sentence
        if _changes_itself(passage, segment)
    ]
    return judged(
        "evolution_triggers",
        found,
        passed=shown("/skills", spec.skills, "only a new case can change what it may do"),
    )


def _changes_itself(passage: Passage, segment: Segment) -> bool:
    if passage.role is Role.TRIGGER and segment.words[0] not in (
        "add",
        "expand",
        "extend",
        "grant",
    ):
        return False
    for at in segment.where("expand"):
        for thing in segment.where("capability", at + 1, at + 6):
            between = segment.words[at + 1 : thing]
            own = not {"its", "own", "itself"}.isdisjoint(between)
            new = any(segment.concepts[index] & {"new"} for index in range(at + 1, thing))
            grows = segment.words[at].startswith(("expand", "extend", "broad", "wid", "unlock"))
            gains = segment.words[at].startswith(("learn", "acquir", "adopt", "install"))
            grants = segment.words[at].startswith(("grant", "giv", "acquir", "learn", "adopt"))
            if (
                own or (new and (gains or _is_of_itself(segment, thing))) or (grows and not between)
            ) and (segment.denied(at) % 2 == 0 and not _is_offered(segment, at)):
                return True
            if grants and "itself" in segment.words and segment.denied(at) % 2 == 0:
                return True
    return False


def _is_of_itself(segment: Segment, thing: int) -> bool:
    # `adds new sources as needed` widens the agent; `adds new rules to the glossary` does not.
    return not {"to", "for", "from", "of", "in"}.intersection(segment.words[thing + 1 : thing + 2])


def _is_offered(segment: Segment, at: int) -> bool:
    before = segment.words[max(0, at - 2) : at]
    return any(word.startswith(("propos", "suggest", "recommend", "request")) for word in before)


def no_undue_burden(spec: Spec) -> list[Finding]:
    """Fails where people would be asked too often, a limit makes no sense, or an item is
    repeated."""
    budget = spec.budget
    return judged(
        "no_undue_burden",
        _burdens(spec),
        passed=shown(
            "/budget",
            f"per_run_usd {budget.per_run_usd:g}, per_day_usd {budget.per_day_usd:g}",
            f"{len(spec.decision_rights.with_approval)} rights need approval, "
            f"{len(spec.escalation_triggers)} occasions escalate",
        ),
    )


def _burdens(spec: Spec) -> Iterator[Objection]:
    if len(spec.decision_rights.with_approval) > MOST_APPROVALS:
        count = len(spec.decision_rights.with_approval)
        path = f"/decision_rights/with_approval/{MOST_APPROVALS}"
        text = spec.decision_rights.with_approval[MOST_APPROVALS]
        yield objection(path, text, f"{count} rights that need approval are too many to attend to")
    if len(spec.escalation_triggers) > MOST_TRIGGERS:
        path = f"/escalation_triggers/{MOST_TRIGGERS}"
        text = spec.escalation_triggers[MOST_TRIGGERS]
        yield objection(path, text, f"more than {MOST_TRIGGERS} occasions to escalate")
    for passage in spec.passages_of(Role.TRIGGER):
        if _is_always(passage.text):
            yield objection(passage.path, passage.text, "escalates whatever the agent does")
    yield from _budget_objections(spec)
    yield from _repeated(spec)


def _is_always(text: str) -> bool:
    said = [stem(word) for word in words(text) if word not in ("on", "for", "in", "the", "when")]
    if said in (["alway"], ["always"]):
        return True
    return len(said) == 2 and said[0] in _ALWAYS and said[1] in _ITEMS


def _budget_objections(spec: Spec) -> Iterator[Objection]:
    budget = spec.budget
    if budget.per_run_usd == 0:
        yield objection("/budget/per_run_usd", budget.per_run_usd, "pays for no run")
    if budget.per_day_usd == 0:
        yield objection("/budget/per_day_usd", budget.per_day_usd, "pays for no day")
    if budget.per_run_usd > budget.per_day_usd:
        reason = f"one run costs more than the day's {budget.per_day_usd:g}"
        yield objection("/budget/per_run_usd", budget.per_run_usd, reason)


def _repeated(spec: Spec) -> Iterator[Objection]:
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for passage in spec.passages:
        list_path, _, _ = passage.path.rpartition("/")
        said = words(passage.text)
        if list_path.count("/") < 2 and list_path not in ("/skills", "/escalation_triggers"):
            continue
        if said and (list_path, said) in seen:
            yield objection(passage.path, passage.text, "is listed twice")
        seen.add((list_path, said))
