"""Deeds: what somebody does to which objects, independent of the verb and of the word's form."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from functions.agents.rules.language.folding import fold, stem, words
from functions.agents.rules.language.segments import Segment, sentences
from functions.agents.rules.language.vocabulary import listed

_DEEDS: dict[str, str] = {
    "publish": "publish publishes publishing published publication post posts posting posted "
    "golive "
    "release releases releasing released air",
    "send": "send sends sending sent email emails emailing mail mails mailing message messages "
    "messaging text texting notify notifies notifying contact contacts contacting forward forwards "
    "dispatch dispatches transmit transmits deliver delivers reply replies respond responds answer",
    "delete": "delete deletes deleting deleted deletion remove removes removing erase erases "
    "erasing "
    "purge purges purging destroy destroys wipe wipes drop truncate",
    "pay": "pay pays paying paid payment disburse disburses remit remits wire wires settle settles "
    "reimburse reimburses refund refunds refunding payout transfer transfers transferring credit",
    "buy": "buy buys buying purchase purchases purchasing order orders ordering procure procures",
    "sell": "sell sells selling trade trades trading invest invests liquidate",
    "sign": "sign signs signing execute executes countersign countersigns",
    "approve": "approve approves approving approval authorise authorises authorize authorizes "
    "grant "
    "grants granting accept accepts signoff",
    "deny": "deny denies denying reject rejects rejecting decline declines declining refuse turn",
    "edit": "edit edits editing update updates updating modify modifies modifying change changes "
    "changing alter alters amend amends amending overwrite overwrites correct corrects correcting "
    "adjust adjusts set sets setting revise revises",
    "compose": "write writes writing compose composes",
    "diagnose": "diagnose diagnoses diagnosing prescribe prescribes prescribing triage",
    "advise": "advise advises advising advice recommend recommends counsel",
    "hire": "hire hires hiring fire fires firing dismiss dismisses dismissing terminate terminates "
    "terminating promote promotes shortlist",
    "grade": "grade grades grading mark marks marking score scores scoring",
    "disclose": "disclose discloses disclosing share shares sharing reveal reveals leak leaks "
    "expose "
    "exposes export exports exporting",
    "read": "read reads reading view views access accesses accessing open opens query queries "
    "retrieve retrieves download downloads look",
    "book": "book books booking reserve reserves reserving schedule schedules scheduling "
    "reschedule",
    "cancel": "cancel cancels cancelling void voids",
    "deploy": "deploy deploys deploying install installs launch launches",
    "negotiate": "negotiate negotiates negotiating bargain",
    "invent": "invent invents inventing fabricate fabricates",
    "control": "control controls start starts stop stops shut restart restarts override",
}
_BY_WORD = {word: deed for deed, members in _DEEDS.items() for word in members.split()}
_COGNATES = frozenset(stem(word) for word in _DEEDS["send"].split()) | {"letter"}
_EMPTY = listed(
    "a an the of to for in on at by from with and or any all every each its their our this "
    "that it them is are be as into about up down off out over under per via own new only "
    "when if before after until once than more less least most must may can will not never no "
    "without autonomously independently directly itself alone up routine single human "
    "approval approved reviewed review permission consent signoff"
)
_SYNONYMS: dict[str, str] = {
    "article": "post piece page text copy content blog",
    "customer": "client guest shopper consumer",
    "record": "file chart dossier",
    "invoice": "bill",
    "student": "pupil learner",
    "price": "rate fee tariff fare",
    "employee": "staff personnel worker",
    "supplier": "vendor",
    "website": "site web",
    "medicine": "medication drug pill",
}
_SAME = {stem(other): stem(name) for name, others in _SYNONYMS.items() for other in others.split()}
# Nouns that name a deed; they count only after a verb such as `make`.
_NOMINAL = listed("payment payout publication deletion approval credit air")
_BOUND = re.compile(
    r"\d|\b(?:more than|less than|above|over|below|under|up to|beyond|outside|exceed\w*|within|"
    r"limit|larger|smaller|higher|lower)\b"
)
_LACKING = re.compile(r"\b(?:without|before|unless|until|not|lacking)\b")
_ASSENT = re.compile(
    r"\b(?:approv|review|consent|sign|permission|assent|confirm|checked|author|agree|human|editor|"
    r"manager|clear)"
)
# Verbs whose meaning is in the noun after them: `issue refunds`, `make payments`.
_LIGHT = listed(
    "make makes making issue issues issuing process processes processing perform performs "
    "initiate initiates trigger triggers effect effects do does carry"
)
_GIVING = listed("give gives giving provide provides offer offers giving")
_SOMEBODY = listed(
    "human editor editors manager managers reviewer team staff nurse doctor doctors physician "
    "pharmacist teacher teachers lawyer attorney partner controller person people operator "
    "owner dispatcher engineer clerk accountant planner officer who they clinician buyer "
    "colleague customer customers patient patients student students user users guest guests "
    "he she"
)


@dataclass(frozen=True)
class Deed:
    """One deed. `bounded`: only beyond or within some number or limit. `conditional`: only as long
    as nobody approved it."""

    deed: str
    objects: frozenset[str]
    bounded: bool
    conditional: bool

    def covers(self, other: "Deed") -> bool:
        """Whether every deed that is `other` is also this deed."""
        return self.deed == other.deed and self.objects <= other.objects


def deeds(text: str, *, denied: bool = False) -> tuple[Deed, ...]:
    """The deeds that a text asserts, whoever acts; without the ones it denies, unless the whole
    text is `denied` (an entry in a list of what is never done)."""
    return _deeds(text, denied)


@lru_cache(maxsize=8192)
def _deeds(text: str, denied: bool) -> tuple[Deed, ...]:
    folded = fold(text)
    bounded = bool(_BOUND.search(folded))
    conditional = _is_conditional(folded)
    found: dict[Deed, None] = {}
    for sentence in sentences(text):
        for segment in sentence:
            found |= dict.fromkeys(_in_segment(segment, bounded, conditional, denied))
    return tuple(found)


def _is_conditional(folded: str) -> bool:
    return any(
        (start := _LACKING.search(line)) is not None
        and _ASSENT.search(line, start.end()) is not None
        for line in folded.splitlines()
    )


def _in_segment(segment: Segment, bounded: bool, conditional: bool, denied: bool) -> Iterator[Deed]:
    if "advice" in segment.words and not (segment.denied(0) % 2 and not denied):
        about = segment.words[: segment.words.index("advice")]
        given = frozenset(noun(word) for word in about if word not in _EMPTY | _GIVING)
        yield Deed("advise", given, bounded, False)
    for at, word in enumerate(segment.words):
        deed = _BY_WORD.get(word)
        if deed is None or (segment.denied(at) % 2 and not denied) or _is_noun(segment, at):
            continue
        if not _SOMEBODY.isdisjoint(segment.words[max(0, at - 3) : at]):
            continue
        if deed == "compose" and segment.words[at + 1 : at + 2] in (("to",), ("into",), ("back",)):
            deed = "edit"
        yield Deed(
            deed,
            _objects(segment.words[at + 1 :], deed),
            bounded,
            conditional,
        )


def _is_noun(segment: Segment, at: int) -> bool:
    before = segment.words[at - 1] if at else ""
    if before in _LIGHT:
        return False
    if at > 0 and segment.words[at] in _NOMINAL:
        return True
    if before in ("the", "a", "an", "of", "its", "their", "each", "every", "this"):
        return True
    following = segment.words[at + 1] if at + 1 < len(segment.words) else ""
    return (
        at > 0
        and following in ("", "of", "for", "from", "is", "are", "in")
        and before
        not in ("and", "or", "to", "never", "not", "may", "can", "will", "must", "then", "also")
    )


def _objects(after: tuple[str, ...], deed: str) -> frozenset[str]:
    found: set[str] = set()
    for word in after:
        if word in ("because", "so", "while", "which", "whose", "that", "unless", "without"):
            break
        if word.isdigit() or word in _EMPTY or (word in _BY_WORD and _BY_WORD[word] == deed):
            continue
        found.add(noun(word))
    return frozenset(found - _COGNATES) if deed == "send" else frozenset(found)


@lru_cache(maxsize=8192)
def noun(word: str) -> str:
    """One form of a noun: without its ending, and replaced by the most common of its synonyms."""
    root = stem(word)
    return _SAME.get(root, root)


@lru_cache(maxsize=8192)
def operation_deed(system: str, operation: str) -> Deed | None:
    """The deed of an operation such as `articles.publish`, or None where its verb is not known."""
    parts = words(operation)
    for at in range(len(parts) - 1, -1, -1):
        deed = _BY_WORD.get(parts[at])
        if deed is not None:
            others = (*words(system), *parts[:at], *parts[at + 1 :])
            deed = "edit" if deed == "compose" else deed
            nouns = frozenset(noun(word) for word in others if word not in _EMPTY)
            return Deed(deed, nouns - _COGNATES if deed == "send" else nouns, False, False)
    return None
