"""Safe data handling: `data_access` must declare all data that the spec uses, and its
sensitivity."""

from collections.abc import Iterator

from functions.agents.rules.checks.findings import Finding, Objection, judged, objection, shown
from functions.agents.rules.language.deeds import Deed, deeds, noun
from functions.agents.rules.language.folding import words
from functions.agents.rules.language.segments import sentences
from functions.agents.rules.operations import Operation, operations
from functions.agents.rules.sensitive import Kind, holds, kinds_in, least_classification
from functions.agents.rules.skills import CATALOGUE
from functions.agents.rules.spec import CLASSIFICATIONS, DataAccess, Passage, Role, Spec

CHECK = "safe_data_handling"

_USES = (
    *(Role.PURPOSE, Role.IN_SCOPE, Role.ALONE, Role.WITH_APPROVAL, Role.INPUT, Role.OUTPUT),
    *(Role.SECTION, Role.OPERATION),
)
_OPEN_TO_ALL = (
    *("web", "internet", "pubmed", "wikipedia", "arxiv", "news", "search", "weather", "rss"),
    *("public", "open", "legislation", "eurlex", "medline", "cochrane", "google", "map"),
)
_CHANGES = ("edit", "delete")
_OWN_WORK = frozenset(
    noun(word)
    for word in [
        "draft",
        "proposal",
        "suggestion",
        "summary",
        "note",
        "outline",
        "report",
        "comment",
        "reply",
        "answer",
        "own",
        "list",
        "plan",
        "preview",
        "template",
        "article",
        "table",
        "sentence",
        "paragraph",
        "wording",
        "typo",
        "spelling",
        "reminder",
        "label",
        "tone",
        "style",
    ]
)


def safe_data_handling(spec: Spec) -> list[Finding]:
    """Fails where the spec implies a source, a write or a sensitivity that `data_access` does not
    declare; escalates where restricted data could leave without a human."""
    declared = [
        f"{access.source} ({access.mode}, {access.classification})" for access in spec.data_access
    ]
    found = [
        *_understated(spec),
        *_undeclared_kinds(spec),
        *_undeclared_operations(spec),
        *_undeclared_writes(spec),
        *_undeclared_by_skill(spec),
        *_leaks(spec),
    ]
    return judged(
        CHECK, _distinct(found), passed=shown("/data_access", declared, "covers all that is used")
    )


def _distinct(found: list[Objection]) -> list[Objection]:
    return list({item.path: item for item in reversed(found)}.values())[::-1]


def _rank(access: DataAccess) -> int:
    return CLASSIFICATIONS.index(access.classification)


def _understated(spec: Spec) -> Iterator[Objection]:
    for index, access in enumerate(spec.data_access):
        least = least_classification(access.source)
        if _rank(access) < CLASSIFICATIONS.index(least):
            path = f"/data_access/{index}/classification"
            reason = f'"{access.source}" is at least {least}'
            yield objection(path, access.classification, reason)
        if not access.source.strip():
            yield objection(f"/data_access/{index}/source", "", "names no source")


def _undeclared_kinds(spec: Spec) -> Iterator[Objection]:
    for passage in spec.passages_of(*_USES):
        for sentence in sentences(passage.text):
            for segment in sentence:
                line = " ".join(segment.words)
                for kind in kinds_in(line):
                    match = kind.said.search(line)
                    assert match is not None
                    at = len(line[: match.start()].split())
                    after = line[match.end() :].split()[:2]
                    about = _is_about(segment.words[max(0, at - 4) : at]) or _is_gone(after)
                    if segment.denied(at) % 2 == 0 and not about:
                        yield from _uncovered(spec, passage, segment.quote, kind)


def _is_about(before: tuple[str, ...]) -> bool:
    # `articles about medical records`, `removes phone numbers`: the data is named, not used.
    return any(
        word in ("about", "on", "explain", "explains", "remove", "removes", "redact", "redacts")
        or word.startswith(("mask", "anonym", "strip", "pseudonym"))
        for word in before
    )


def _is_gone(after: list[str]) -> bool:
    gone = ("removed", "redacted", "masked", "anonym", "stripped", "deleted", "blacked")
    return any(word.startswith(gone) for word in after)


def _uncovered(spec: Spec, passage: Passage, quote: str, kind: Kind) -> Iterator[Objection]:
    holders = [
        (index, access)
        for index, access in enumerate(spec.data_access)
        if holds(kind, access.source, access.classification)
    ]
    if not holders:
        reason = f"uses {kind.name}, which data_access does not declare"
        yield objection(passage.path, quote, reason)
    elif max(_rank(access) for _, access in holders) < CLASSIFICATIONS.index(kind.least):
        index, access = max(holders, key=lambda holder: _rank(holder[1]))
        reason = f'holds {kind.name} ("{quote}"), which are at least {kind.least}'
        yield objection(f"/data_access/{index}/classification", access.classification, reason)


def _undeclared_operations(spec: Spec) -> Iterator[Objection]:
    for operation in operations(spec):
        access = _access_behind(spec, operation)
        if operation.effect == "read" and not access and not _is_open(operation):
            reason = f"reads {operation.system.name}, which data_access does not declare"
            yield objection(operation.path, operation.name, reason)
        elif operation.effect == "write" and not _may_write(spec, operation, access):
            reason = f"writes to {operation.system.name}, which data_access does not declare"
            yield objection(operation.path, operation.name, reason)
        elif access:
            least = least_classification(operation.name)
            if max(map(_rank, access)) < CLASSIFICATIONS.index(least):
                reason = f"reaches {least} data; data_access declares {access[0].classification}"
                yield objection(operation.path, operation.name, reason)


def _access_behind(spec: Spec, operation: Operation) -> list[DataAccess]:
    name = {noun(word) for word in words(operation.system.name)}
    subject = {noun(word) for word in words(operation.name)[:-1]}
    exact = [access for access in spec.data_access if access.source == operation.system.name]
    return exact or [
        access
        for access in spec.data_access
        if (name | subject) & {noun(word) for word in words(access.source)}
    ]


def _is_open(operation: Operation) -> bool:
    said = (*words(operation.system.name), *words(operation.name))
    return any(word.startswith(_OPEN_TO_ALL) for word in said)


def _may_write(spec: Spec, operation: Operation, access: list[DataAccess]) -> bool:
    if operation.on_proposals or any(item.mode == "write" for item in access):
        return True
    # Reversibly adding what `outputs` names to a source without secrets is declared.
    outputs = {noun(word) for text in spec.interfaces.outputs for word in words(text)}
    made = {noun(word) for word in words(operation.name)[:-1]}
    adds = not {"delete", "remove", "update", "edit", "overwrite", "replace"}.intersection(
        words(operation.name)
    )
    known = access and max(map(_rank, access)) <= CLASSIFICATIONS.index("internal")
    return bool(adds and known and operation.system.reversible and made & outputs)


def _undeclared_writes(spec: Spec) -> Iterator[Objection]:
    if any(access.mode == "write" for access in spec.data_access):
        return
    sources = {noun(word) for access in spec.data_access for word in words(access.source)}
    for passage in spec.passages_of(Role.PURPOSE, Role.IN_SCOPE, Role.ALONE, Role.WITH_APPROVAL):
        for done in deeds(passage.text):
            if done.deed in _CHANGES and _is_recorded(done, sources):
                yield objection(passage.path, passage.text, "writes; data_access only reads")


def _is_recorded(done: Deed, sources: set[str]) -> bool:
    records = {"record", "databas", "ledg", "stock", "invento", "calend", "account", "entry"}
    return not done.objects & _OWN_WORK and bool(done.objects & (sources | records))


def _undeclared_by_skill(spec: Spec) -> Iterator[Objection]:
    if spec.data_access:
        return
    for index, name in enumerate(spec.skills):
        skill = CATALOGUE.get(name)
        if skill is not None and skill.reads:
            yield objection(f"/skills/{index}", name, "reads sources; data_access declares none")


def _leaks(spec: Spec) -> Iterator[Objection]:
    restricted = [access.source for access in spec.data_access if _rank(access) == 3]
    if not restricted:
        return
    for passage in spec.passages_of(Role.ALONE):
        if any(done.deed in ("publish", "disclose", "send") for done in deeds(passage.text)):
            reason = f"restricted data ({restricted[0]}) could leave without a human"
            yield objection(passage.path, passage.text, reason, "escalate")
