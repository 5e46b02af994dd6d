"""What Phi-3 is told: a conversation as its tokens, and its tokens as text."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from shared.inference.brought import Brought, ModelRefusedError
from shared.inference.loading import whole

if TYPE_CHECKING:
    from tokenizers import AddedToken, Tokenizer

# Its chat template (https://huggingface.co/microsoft/Phi-3-mini-4k-instruct): each message is its
# role's mark, a line break, what it says, the end's mark and a line break.
_END = "<|end|>"
_ROLES = {
    "system": "<|system|>",
    "developer": "<|system|>",
    "user": "<|user|>",
    "assistant": "<|assistant|>",
}
ROLES = tuple(_ROLES)
# What bytes become that are no character.
_HALF = "\ufffd"


class Message(NamedTuple):
    """Who says something (one of `ROLES`), and what."""

    role: str
    content: str


class Chat:
    """The conversations of a model. Raises ModelRefusedError where its tokenizer lacks a mark of
    the template. What a message says is never a mark, also where it has the letters of one."""

    def __init__(self, brought: Brought) -> None:
        self._tokenizer = brought.tokenizer
        # Whoever writes a mark into a message would speak as somebody else.
        self._tokenizer.encode_special_tokens = True
        generation = brought.manifest.generation
        assert generation is not None
        self._start = generation.start
        marks = _marks(self._tokenizer)
        self._end, self._marks = marks[_END], {role: marks[mark] for role, mark in _ROLES.items()}

    def tokens(self, messages: Sequence[Message]) -> list[int]:
        """The conversation, up to where the model answers."""
        found = [*self._start]
        for each in messages:
            mark = self._marks[each.role]
            found += [mark.id, *self._after(mark, f"\n{each.content}", self._end), self._end.id]
            found += self._after(self._end, "\n")
        answering = self._marks["assistant"]
        return [*found, answering.id, *self._after(answering, "\n")]

    def _after(self, mark: "_Mark", text: str, before: "_Mark | None" = None) -> list[int]:
        """The tokens of a text between two marks. Marks take the spaces beside them with them where
        the tokenizer says so, as they do where it reads the template as one text."""
        if mark.takes_right:
            text = text.lstrip()
        if before is not None and before.takes_left:
            text = text.rstrip()
        found: list[int] = self._tokenizer.encode(whole(text), add_special_tokens=False).ids
        return found


class Speaking:
    """Makes text of tokens as they come. It ends before the first of the `stops`, none of which is
    said, also not in part."""

    def __init__(self, brought: Brought, stops: Sequence[str]) -> None:
        self._tokenizer = brought.tokenizer
        self._stops = [each for each in stops if each]
        self._tokens: list[int] = []
        # How long the text of the tokens was when it was last looked at.
        self._seen = 0
        self._held = ""
        self.is_stopped = False

    def said(self, token: int) -> str:
        """What may be said now; a part of a character or of a stop waits for the next token."""
        self._tokens.append(token)
        self._held += self._new(may_be_half=True)
        if found := [at for each in self._stops if (at := self._held.find(each)) >= 0]:
            self.is_stopped = True
            said, self._held = self._held[: min(found)], ""
            return said
        kept = max((_begun(self._held, each) for each in self._stops), default=0)
        said = self._held[: len(self._held) - kept]
        self._held = self._held[len(said) :]
        return said

    def rest(self) -> str:
        """What waited for a token that did not come."""
        rest, self._held = self._held + self._new(may_be_half=False), ""
        return rest

    def _new(self, *, may_be_half: bool) -> str:
        """What the tokens mean beyond what was looked at. All are read again, because one alone may
        mean something else: bytes that are no character until others follow, or a space."""
        text: str = self._tokenizer.decode(self._tokens, skip_special_tokens=True)
        if may_be_half and text.endswith(_HALF):
            return ""
        new, self._seen = text[self._seen :], len(text)
        return new


class _Mark(NamedTuple):
    id: int
    takes_left: bool
    takes_right: bool


def _marks(tokenizer: "Tokenizer") -> dict[str, _Mark]:
    added: dict[int, AddedToken] = tokenizer.get_added_tokens_decoder()
    found = {
        each.content: _Mark(id, each.lstrip, each.rstrip)
        for id, each in added.items()
        if each.special
    }
    for mark in _needed():
        if mark not in found:
            raise ModelRefusedError(f"the tokenizer has no special token {mark}")
    return found


def _needed() -> Iterator[str]:
    yield _END
    yield from dict.fromkeys(_ROLES.values())


def _begun(text: str, stop: str) -> int:
    """How many letters at the end of the text may be the beginning of the stop."""
    most = min(len(text), len(stop) - 1)
    return next((length for length in range(most, 0, -1) if stop.startswith(text[-length:])), 0)
