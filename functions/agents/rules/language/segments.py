"""Cuts sentences into statements, each with the negations that apply to it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from functions.agents.rules.language.concepts import Concepts, concepts_of, merge_phrases
from functions.agents.rules.language.folding import fold
from functions.agents.rules.language.vocabulary import listed

LONGEST_QUOTE = 160

_SENTENCE = re.compile(r"(?:[.!?](?=\s|$)|[;\n\r]|\s-\s)+")
_PART = re.compile(r"[a-z0-9]+|[,():]")
_NEVER_LABEL = re.compile(
    r"\b(?:never|must not|may not|not allowed|forbidden|prohibited|out of scope|excluded|off limits"
    r"|nothing)\b[^:.;]{0,24}:\s*"
)
_OTHER_LABEL = re.compile(
    r"\b(?:alone|with (?:\w+ )?approval|in scope|allowed|autonom\w*|may|always|does|decides?|"
    r"on its own|escalat\w*)\b[^:.;]{0,24}:\s*"
)
# A statement ends here, and its negation with it.
_ENDS = listed("but however then otherwise yet while whereas so")
_NOUN_OR_VERB = listed("report log flag block alert stop halt guard return")
_BEFORE_A_VERB = listed(
    "it agent assistant and must will shall always to should that which or is are be gets get "
    "immediately then i we"
)
_BE = listed("is are be was were gets get been being")


@dataclass(frozen=True)
class Segment:
    """One statement. `denials` counts what negates all of it from outside: a label, a list of
    things never done, a `never` before a comma. `guarded`: the rest of the sentence stops or
    reports what this part names."""

    words: tuple[str, ...]
    denials: int
    guarded: bool
    quote: str

    @cached_property
    def concepts(self) -> tuple[Concepts, ...]:
        return tuple(concepts_of(word) for word in self.words)

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        places: dict[str, list[int]] = {}
        for at, concepts in enumerate(self.concepts):
            for group in concepts:
                places.setdefault(group, []).append(at)
        return places

    @cached_property
    def all_concepts(self) -> Concepts:
        return frozenset().union(*self.concepts) if self.words else frozenset()

    def has(self, *groups: str) -> bool:
        """Whether any word belongs to any of the groups."""
        return not self.all_concepts.isdisjoint(groups)

    def where(self, group: str, start: int = 0, end: int | None = None) -> list[int]:
        """The positions of the group's words in a range."""
        places = self._places.get(group)
        if places is None:
            return []
        end = len(self.words) if end is None else end
        return [at for at in places if start <= at < end]

    def denied(self, position: int) -> int:
        """How often the words at `position` are negated: by plain words, refusals and guards before
        it, and from outside. An even number means that they are asserted."""
        return self.negations(position) + self._guards(position)

    def negations(self, position: int) -> int:
        """As `denied`, by plain words and refusals only."""
        plain = len(self.where("not", 0, position)) + len(self.where("refuse", 0, position))
        return self.denials + plain

    def _guards(self, position: int) -> int:
        before = any(self._is_verb(at) for at in self.where("guard", 0, position)) or any(
            self._is_verb(at) and self.where("told of", at + 1, at + 4)
            for at in self.where("tell", 0, position)
        )
        after = any(
            self.words[at - 1] in _BE and at - 1 > position
            for group in ("guard", "refuse", "tell", "kept back")
            for at in self.where(group, position + 1)
        )
        return int(before or after or self.guarded)

    def _is_verb(self, position: int) -> bool:
        if self.words[position].rstrip("s") not in _NOUN_OR_VERB:
            return True
        if position == 0:
            return len(self.words) > 1 and self.words[1] not in ("without", "with", "is", "are")
        return self.words[position - 1] in _BEFORE_A_VERB


Sentence = tuple[Segment, ...]


def segments(text: str, *, under_never: bool = False) -> tuple[Segment, ...]:
    """The statements of a text, in order."""
    return tuple(part for sentence in sentences(text, under_never=under_never) for part in sentence)


@lru_cache(maxsize=8192)
def sentences(text: str, *, under_never: bool = False) -> tuple[Sentence, ...]:
    """The sentences of a text, each as its statements. `under_never` reads the text as an entry in
    a list of what is never done."""
    found: list[Sentence] = []
    label = int(under_never)
    for sentence in _SENTENCE.split(text):
        folded = fold(sentence)
        quote = " ".join(sentence.split())[:LONGEST_QUOTE]
        for statement, denied in _labelled(folded, label):
            label = denied
            found.append(tuple(part for part in _cut(statement, denied, quote) if part.words))
        if not _continues(text, sentence):
            label = int(under_never)
    return tuple(sentence for sentence in found if sentence)


def asserted(text: str, pattern: re.Pattern[str]) -> str | None:
    """The first sentence of a text that matches the pattern without denying it; the pattern sees
    folded words, separated by single spaces, with set phrases replaced."""
    for sentence in sentences(text):
        for segment in sentence:
            line = " ".join(segment.words)
            match = pattern.search(line)
            if match and segment.denied(len(line[: match.start()].split())) % 2 == 0:
                return segment.quote
    return None


def _continues(text: str, sentence: str) -> bool:
    # A list after a label continues over semicolons, not over full stops and line ends.
    end = text.find(sentence) + len(sentence)
    return text[end : end + 1] == ";"


def _labelled(folded: str, label: int) -> list[tuple[str, int]]:
    marks = [(match.start(), match.end(), 1) for match in _NEVER_LABEL.finditer(folded)]
    marks += [(match.start(), match.end(), 0) for match in _OTHER_LABEL.finditer(folded)]
    if not marks:
        return [(folded, label)]
    statements = []
    position = 0
    for start, end, denied in sorted(marks):
        statements.append((folded[position:start], label))
        position, label = end, denied
    return [*statements, (folded[position:], label)]


def _cut(statement: str, denials: int, quote: str) -> list[Segment]:
    parts = _PART.findall(merge_phrases(" ".join(_PART.findall(statement))))
    pieces: list[list[str]] = [[]]
    joints: list[str] = [""]
    for part in parts:
        if part in _ENDS or part in ",():" or part == "and":
            pieces.append([])
            joints.append(part)
        else:
            pieces[-1].append(part)
    last_guard = _last_index(_guards_what_came(piece) for piece in pieces)
    last_or = _last_index("or" in piece or "nor" in piece for piece in pieces)
    found: list[Segment] = []
    carried = 0
    for index, piece in enumerate(pieces):
        carried = carried if _inherits(joints[index], piece, index <= last_or) else 0
        conditional = bool(piece) and "condition" in concepts_of(piece[0])
        guarded = conditional and index <= last_guard
        found.append(Segment(tuple(piece), denials + carried, guarded, quote))
        carried = max(carried, _open_negations(piece))
    return found


def _last_index(found: Iterable[bool]) -> int:
    return max((index for index, each in enumerate(found) if each), default=-1)


def _inherits(joint: str, piece: list[str], before_or: bool) -> bool:
    if joint == ",":
        return before_or
    return joint == "and" and bool(piece) and piece[0].endswith("ing")


def _open_negations(piece: list[str]) -> int:
    denied = any(not {"not", "refuse"}.isdisjoint(concepts_of(word)) for word in piece)
    return int(denied or any("guard" in concepts_of(word) for word in piece[:2]))


def _guards_what_came(piece: list[str]) -> bool:
    return any(not {"guard", "refuse", "tell"}.isdisjoint(concepts_of(word)) for word in piece[:4])
