"""Stage 5, Ethics: whether the purpose is sound, and whether the right people keep the decision."""

import re
from collections.abc import Iterator

from functions.agents.rules.checks.findings import Finding, Objection, judged, objection, shown
from functions.agents.rules.language.deeds import Deed, deeds, operation_deed
from functions.agents.rules.language.folding import words
from functions.agents.rules.language.segments import Sentence, sentences
from functions.agents.rules.language.vocabulary import listed
from functions.agents.rules.operations import Operation, operations
from functions.agents.rules.spec import Passage, Role, Spec

_PEOPLE = (
    r"(?:people|customers?|patients?|users?|readers?|voters?|guests?|students?|employees?|buyers?|"
    r"tenants?|clients?|regulators?|investors?|borrowers?|the public|elderly|children|reviewers?|"
    r"applicants?|shoppers?|auditors?)"
)
_HARM = re.compile(
    rf"\b(?:deceiv\w+|mislead\w*|trick\w*|defraud\w*|manipulat\w+|coerc\w+|intimidat\w+|harass\w*|"
    rf"blackmail\w*|exploit\w*|pressur\w+|shame|scare) (?:\w+ ){{0,3}}?{_PEOPLE}\b|"
    r"\b(?:pretend\w*|pos(?:e|es|ing)|claim\w*) (?:to be|as|that it is)(?: \w+){0,2} (?:human|"
    r"person|"
    r"doctor|customers?|guest|nurse|lawyer|reviewer|editor|bank|employee)\b|\bimpersonat\w+|"
    r"\b(?:fake|fabricat\w+|forg(?:e|es|ing)|invent\w*|falsif\w+) (?:\w+ ){0,2}?(?:reviews?|"
    r"publicopinion|"
    r"testimonials?|evidence|sources?|quotes?|citations?|records?|signatures?|data|invoices?|"
    r"results?|identit(?:y|ies)|documents?|figures?)\b|"
    r"\b(?:secretly|covertly|clandestinely|surreptitiously|unnoticed|stealthily)\b|"
    r"\bwithout (?:their|his|her|the \w+) (?:knowledge|knowing|awareness|consent)\b|"
    r"\bdiscriminat\w+ against\b|\b(?:by|on|based on|according to) (?:their )?(?:race|ethnicity|"
    r"religion|skin colou?r|sexual orientation|nationality|pregnancy|disability)\b|"
    r"\b(?:hid(?:e|es|ing)|conceal\w*|withhold\w*|bury|buries) (?:\w+ ){0,5}?from (?:the "
    r")?(?:\w+ )?"
    rf"{_PEOPLE}\b|\b(?:astroturf|dark patterns?|phishing (?:e ?mails?|messages?) to|spyware|"
    rf"malware|"
    r"ransomware|deepfake|sock ?puppets?)\w*\b|\b(?:evad\w+|dodg\w+|circumvent\w*|get around|"
    r"bypass) "
    r"(?:\w+ ){0,2}?(?:tax(?:es)?|sanctions?|law|laws|regulations?|regulators?)\b|"
    r"\b(?:addict\w*|hook) (?:\w+ )?(?:users|children|players)\b"
)
# Naming harm in order to find or fight it is no harm.
_AGAINST = re.compile(
    r"\b(?:detect\w*|prevent\w*|fight\w*|against|anti|flag\w*|report\w*|investigat\w+|expos\w+|"
    r"avoid\w*|"
    r"teach\w*|explain\w*|train\w*|recogni[sz]\w+|spot\w*|protect\w*|block\w*|combat\w*|"
    r"research\w*|"
    r"identif\w+|screen\w*|warn\w*|counter\w*|find\w*|check\w*|remov\w+|filter\w*)\b"
)
_PROMISES = (
    *(Role.PURPOSE, Role.IN_SCOPE, Role.ALONE, Role.WITH_APPROVAL, Role.OUTPUT, Role.SECTION),
    *(Role.ROLLBACK, Role.INPUT),
)
_COMMON = listed(
    "the a an of and to for in on at by is are be or with from that it its not no never this "
    "as if when all any each every every their our your has have will must may can who what "
    "which only per about into over under after before without"
)
_FOREIGN = listed(
    "le la les des du un une et sans avec pour pas ne jamais aux dans sur est sont der die das den "
    "dem ein eine und oder ohne mit nicht kein keine nie zur zum von wird werden el los las una y "
    "sin con para nunca del il lo gli senza per mai het een zonder niet nooit voor os sem nao"
)
_LONG_ENOUGH = 8
_ENOUGH_FOREIGN = 2
_SEALED = re.compile(r"(?=[A-Za-z+/=_-]*[A-Z])(?=[A-Za-z0-9+/=_-]*[0-9])[A-Za-z0-9+/=_-]{28,}")

_OWED = ("pay", "sell", "sign", "delete", "deny", "diagnose", "hire", "buy")
_HARMLESS_OBJECTS = listed(
    "draft duplicat temporary tempor copy copi note preview cach tag typo label filt spam "
    "blank email slot remind item own result document entry field"
)
_SPELLED_ASSENT = re.compile(
    r"\b(?:standing|blanket|permanent|perpetual|indefinite|openended|general|advance) "
    r"(?:approvals?|consent|authori[sz]ation|permission|assent|signoff|clearance)\b|"
    r"\bpreapproved\b|\bpreauthored\b|\b(?:already|previously|once and for all) "
    r"(?:been )?(?:approved|authori[sz]ed|cleared|assented)\b|"
    r"\b(?:approv\w*|assent\w*|permission|authori[sz]\w+) (?:is |was |are )?(?:on file|carries "
    r"over|"
    r"from last (?:year|time|quarter)|remains valid|never expires)\b|"
    r"\b(?:earlier|previous|last|past|prior) (?:yes|approvals?|consent|ok|signoff|assent) "
    r"(?:as|counts?|holds?|applies|covers?|extends?|suffices?|stands)\b|"
    r"\blast (?:day|week|month|quarter|year|time)s (?:approvals?|consent|signoff|assent)\b|"
    r"\b(?:under|by|per|citing|covered by) (?:the |a |an |its |our )?(?:\w+ )?precedents?\b"
)
_PRECEDENT_ID = re.compile(r"\b(?:GEN|ETH|ARCH|GOV)-[A-Z0-9]{2,}\b|\bpre_[0-9A-Z]{26}\b")


def alignment(spec: Spec) -> list[Finding]:
    """Fails where a passage intends to deceive, harm or discriminate; escalates what the rules
    cannot read: other languages and encoded text."""
    return judged(
        "alignment",
        _misaligned(spec),
        passed=shown("/purpose", spec.purpose, "sets out to harm or deceive nobody"),
    )


def _misaligned(spec: Spec) -> Iterator[Objection]:
    for passage in spec.passages_of(*_PROMISES):
        for sentence in sentences(passage.text):
            if _harms(sentence):
                yield objection(passage.path, sentence[0].quote, "sets out to deceive or harm")
    for passage in spec.passages:
        if reason := _unreadable(passage.text):
            yield objection(passage.path, passage.text, reason, "escalate")


def _harms(sentence: Sentence) -> bool:
    said_before = ""
    for segment in sentence:
        line = " ".join(segment.words)
        match = _HARM.search(line)
        if match and segment.denied(len(line[: match.start()].split())) % 2 == 0:
            return not _AGAINST.search(f"{said_before} {line[: match.start()]}")
        said_before = f"{said_before} {line}"
    return False


def _unreadable(text: str) -> str | None:
    if _SEALED.search(text):
        return "is encoded: no reviewer can read it"
    letters = [letter for letter in text if letter.isalpha()]
    foreign = sum(ord(letter) > 0x24F for letter in letters)
    said = words(text)
    if foreign * 3 > len(letters) > 3:
        return "is in a script the rules cannot read"
    foreign_words = len(_FOREIGN.intersection(said))
    if _COMMON.isdisjoint(said) and (len(said) >= _LONG_ENOUGH or foreign_words >= _ENOUGH_FOREIGN):
        return "is in a language the rules cannot read"
    return None


def approval_boundary_integrity(spec: Spec) -> list[Finding]:
    """Fails where an irreversible operation is covered by no decision right or decided alone;
    escalates where money, contracts, deletions or decisions about people are decided alone."""
    rights = spec.decision_rights.with_approval
    return judged(
        "approval_boundary_integrity",
        [*_irreversible(spec), *_owed_to_people(spec)],
        passed=shown("/decision_rights/with_approval", rights, "keeps with a human what is owed"),
    )


def _irreversible(spec: Spec) -> Iterator[Objection]:
    for operation in operations(spec):
        if operation.system.reversible or not operation.changes:
            continue
        decided = _decided(spec, operation)
        if decided is None:
            reason = f"cannot be undone in {operation.system.name}, and no decision right names it"
            yield objection(operation.path, operation.name, reason)
        elif decided.role is Role.ALONE and operation.effect != "send":
            reason = f'cannot be undone, and is done alone ("{operation.name}")'
            yield objection(decided.path, decided.text, reason)


def _decided(spec: Spec, operation: Operation) -> Passage | None:
    done = operation_deed("", operation.name)
    for passage in spec.passages_of(Role.WITH_APPROVAL, Role.NEVER, Role.ALONE):
        said = deeds(passage.text, denied=passage.role is Role.NEVER)
        if done is not None and any(right.deed == done.deed for right in said):
            return passage
        if done is not None and any(_alike(done, right) for right in said):
            return passage
        if set(words(operation.name)) & {word for word in words(passage.text) if len(word) > 3}:
            return passage
    return None


def _alike(done: Deed, right: Deed) -> bool:
    return bool(done.objects & right.objects)


def _owed_to_people(spec: Spec) -> Iterator[Objection]:
    for passage in spec.passages_of(Role.ALONE):
        for done in deeds(passage.text):
            if done.deed in _OWED and not done.objects & _HARMLESS_OBJECTS and done.objects:
                yield objection(
                    passage.path,
                    passage.text,
                    "commits money, rights or people without a human",
                    "escalate",
                )
                break


def precedent_requirements(spec: Spec) -> list[Finding]:
    """Fails where the spec claims an approval in advance or cites a precedent for itself: stage 6
    finds whether a precedent covers it, the spec never states it."""
    found = [
        objection(passage.path, quote, "claims an assent that only stage 6 can give")
        for passage in spec.passages
        if (quote := _claims_assent(passage)) is not None
    ]
    return judged(
        "precedent_requirements",
        found,
        passed=shown(
            "/external_systems",
            [system.name for system in spec.external_systems],
            _covered(spec),
        ),
    )


def _claims_assent(passage: Passage) -> str | None:
    if passage.role in (Role.NEVER, Role.OUT_OF_SCOPE, Role.TRIGGER, Role.SOURCE, Role.SYSTEM):
        return None
    if match := _PRECEDENT_ID.search(passage.text):
        return match[0]
    for sentence in sentences(passage.text):
        for segment in sentence:
            line = " ".join(segment.words)
            match = _SPELLED_ASSENT.search(line)
            if match is None or segment.denied(len(line[: match.start()].split())) % 2:
                continue
            if "precedent" in match[0] and not segment.has("gate", "yes"):
                continue  # a lawyer's precedents
            return segment.quote
    return None


def _covered(spec: Spec) -> str:
    reversible = all(system.reversible for system in spec.external_systems)
    return f"claims no assent; {'a precedent' if reversible else 'only a human'} may give one"
