"""Finds sentences that continue although a gate is closed: nobody answered, somebody refused, the
reviewer is away, the review comes later."""

from collections.abc import Callable, Iterator

from functions.agents.rules.language.segments import Segment, Sentence

_OVERSEERS = (
    *("human", "editor", "manager", "reviewer", "approver", "supervisor", "governor", "auditor"),
    *("controller", "moderator", "boss", "officer", "owner", "lead", "deputy", "clinician"),
)
_DONE = (
    "pay",
    "pays",
    "transfer",
    "transfers",
    "ship",
    "ships",
    "merge",
    "merges",
    "post",
    "posts",
)
_HAPPENS = (
    *("publish", "publicat", "releas", "deploy", "proceed", "merg", "golive", "launch", "transfer"),
    *("pay", "ship", "carryon", "approv", "execut", "post"),
)


def on_silence(sentence: Sentence) -> bool:
    """`if nobody objects within a day, publish`; `unless told otherwise it is released`."""
    for segment in sentence:
        waits = segment.has("silence") and (
            segment.has("answer")
            or not {"silence", "timeout", "unanswered"}.isdisjoint(segment.words)
        )
        no_answer = any(
            segment.where("answer", at + 1, at + 4) for at in _places(segment, "no", "without")
        )
        unless = "unless" in segment.words and segment.has("answer")
        if (waits or no_answer or unless) and _goes_on(sentence, besides="nobody"):
            return True
    return _unanswered(sentence)


def _unanswered(sentence: Sentence) -> bool:
    # `should the reviewer not answer by noon, it goes live`: that `not` denies the answer only
    for index, segment in enumerate(sentence):
        if segment.words[0] not in ("should", "if", "when", "where", "unless"):
            continue
        for at in _places(segment, "not"):
            if segment.where("answer", at + 1, at + 3):
                rest = Segment(segment.words[at + 2 :], segment.denials, False, segment.quote)
                return _presses_on((rest, *sentence[index + 1 :]))
    return False


def in_spite_of_a_no(sentence: Sentence) -> bool:
    """`publishes even if the reviewer rejects it`, `proceeds anyway`."""
    for segment in sentence:
        for at in segment.where("even if"):
            tail = Segment(segment.words[at:], 0, False, "")
            closes = segment.words[at] == "anyway" or at == len(segment.words) - 1
            about = sentence if closes else (tail,)
            if any(part.has("refuse", "answer", "gate") for part in about) and _goes_on(sentence):
                return True
    return False


def after_a_no(sentence: Sentence) -> bool:
    """`keeps going if the approver says no`, `when the editor rejects it, publish anyway`."""
    for segment in sentence:
        for at, word in enumerate(segment.words):
            tail = segment.words[at + 1 : at + 5]
            refused = "no" in tail or any(
                next_word.startswith(("reject", "refus", "declin", "disagree", "object", "den"))
                for next_word in tail
            )
            occasion = not {"if", "when", "although", "though"}.isdisjoint(segment.words[:at])
            if word.startswith(_OVERSEERS) and refused and occasion and _presses_on(sentence):
                return True
    return False


def _presses_on(sentence: Sentence) -> bool:
    return any(
        (word in _DONE or word.startswith(("proceed", "publish", "golive", "releas", "deploy")))
        and segment.denied(at) % 2 == 0
        for segment in sentence
        for at, word in enumerate(segment.words)
    )


def in_absence(sentence: Sentence) -> bool:
    """`publishes directly when the editor is away`."""
    for segment in sentence:
        for at in segment.where("away"):
            gone = any(word.startswith(_OVERSEERS) for word in segment.words[max(0, at - 4) : at])
            occasion = not {"when", "if", "while", "whenever", "as", "because"}.isdisjoint(
                word for part in sentence for word in part.words
            )
            if gone and occasion and _goes_on(sentence):
                return True
    return False


def too_early(sentence: Sentence) -> bool:
    """`publishes before the editor has seen it`."""
    for segment in sentence:
        for at in _places(segment, "before"):
            acts = segment.where("going on", 0, at) or _sends(segment, at)
            asserted = any(segment.denied(where) % 2 == 0 for where in acts)
            if asserted and _seen_by_somebody(segment, at):
                return True
    return False


def _sends(segment: Segment, before: int) -> list[int]:
    if segment.where("human", 0, before):
        return []
    return _places(segment, "send", "sends", "sending")


def too_late(sentence: Sentence) -> bool:
    """`publish now, review later`, `approval follows afterwards`."""
    for index, segment in enumerate(sentence):
        for gate in segment.where("strict gate"):
            if segment.where("later", gate + 1, gate + 8):
                before = sentence[: index + 1]
                if _goes_on(before) and segment.denied(gate) % 2 == 0:
                    return True
        told_later = segment.has("later") and any(
            word.startswith(("ask", "question", "inform", "tell", "explain"))
            for word in segment.words
        )
        if told_later and any(_at_once(part) for part in sentence[:index]):
            return True
    return False


def _at_once(segment: Segment) -> bool:
    deeds = segment.where("going on") or _places(segment, "act", "acts", "execute", "executes")
    hasty = not {"first", "now", "once", "immediately", "straight"}.isdisjoint(segment.words)
    return hasty and any(segment.denied(at) % 2 == 0 for at in deeds)


def _places(segment: Segment, *wanted: str) -> list[int]:
    return [at for at, word in enumerate(segment.words) if word in wanted]


def _seen_by_somebody(segment: Segment, before: int) -> bool:
    for at in range(before + 1, min(before + 6, len(segment.words))):
        if "strict gate" in segment.concepts[at]:
            return True
        if "human" in segment.concepts[at] and (
            segment.where("look", at + 1, at + 4) or segment.where("strict gate", at + 1, at + 4)
        ):
            return True
    return False


def _goes_on(sentence: Sentence, besides: str = "") -> bool:
    """Whether the sentence asserts a deed; `besides` is a denying word that names the occasion, not
    the deed."""
    for segment in sentence:
        for at, word in enumerate(segment.words):
            if word.startswith(_HAPPENS) and not word.endswith(("ication", "er", "ers")):
                denials = segment.denied(at) - segment.words[:at].count(besides)
                occasion = segment.words[:at].count("no")
                if (denials - occasion) % 2 == 0 and not _is_the_occasion(segment, at):
                    return True
    return False


def _is_the_occasion(segment: Segment, at: int) -> bool:
    return bool(
        {"if", "when", "unless", "until", "evenif", "once", "after"}
        & set(segment.words[max(0, at - 6) : at])
    ) and not segment.words[at].startswith("proceed")


EXCUSES: dict[Callable[[Sentence], bool], str] = {
    on_silence: "takes silence for assent",
    in_spite_of_a_no: "goes on in spite of a refusal",
    after_a_no: "goes on in spite of a refusal",
    in_absence: "goes on because nobody is there to review",
    too_early: "acts before anybody has looked",
    too_late: "acts first and is reviewed later",
}


def excuses(sentence: Sentence, before: Sentence = ()) -> Iterator[str]:
    """Why the sentence passes a closed gate, one reason for each excuse. `before` is the previous
    sentence of the same text."""
    for rule, reason in EXCUSES.items():
        continued = rule is too_late and sentence[0].has("later")
        if rule(sentence) or (continued and rule((*before, *sentence))):
            yield reason
