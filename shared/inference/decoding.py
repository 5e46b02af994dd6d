"""Lets a decoder write on: it remembers what it has read, so that each further token costs one step
and not the whole text again. Bounded in tokens and in time."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from shared.inference.brought import Brought, ModelRefusedError
from shared.inference.manifest import GraphPart
from shared.inference.writing import Ended, repeating, run_graph

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shared.inference.writing import Scores

# So many tokens are read in one step: the time is looked at between two.
READ_AT_ONCE = 128
# Below it the likeliest token is always drawn, and a division would overflow.
_COLDEST = 1e-5
MODEL = "model"


class TooLong(ValueError):
    """The model reads no more tokens than it was made for."""


class Sampling(NamedTuple):
    """How the next token is drawn: the likeliest one with a temperature of 0, otherwise by chance
    out of those that are likely by `top_p` together, by the seed. Both penalties make a token less
    likely that was written before: by how often, and by whether at all."""

    seed: int
    temperature: float = 1.0
    top_p: float = 1.0
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0


class Remembering:
    """A decoder with what it has read of one text. One thread at a time may use it."""

    def __init__(self, brought: Brought) -> None:
        import numpy

        graph = brought.manifest.graphs[MODEL]
        self._session = brought.sessions[MODEL]
        self._types: dict[str, Any] = {each.name: _type_of(each.type) for each in graph.inputs}
        self._given = dict(graph.cached)
        shapes = {each.name: each.shape for each in graph.inputs}
        self._past: dict[str, NDArray[Any]] = {
            name: numpy.zeros((1, int(shapes[name][1]), 0, int(shapes[name][3])), self._types[name])
            for name in self._given
        }
        self.length = 0

    def read(self, tokens: Sequence[int]) -> "Scores":
        """Reads on, and gives the scores of what may follow the last token. Raises
        ModelRefusedError where the graph does not do what its manifest says."""
        import numpy

        seen = self.length + len(tokens)
        values = {
            "input_ids": numpy.array([tokens]),
            "attention_mask": numpy.ones((1, seen)),
            "position_ids": numpy.arange(self.length, seen)[None],
        }
        given = {
            name: each.astype(self._types[name])
            for name, each in values.items()
            if name in self._types
        }
        wanted = ["logits", *self._given.values()]
        logits, *present = run_graph(self._session, wanted, {**given, **self._past})
        if any(each.shape[2:3] != (seen,) for each in present):
            raise ModelRefusedError(f"a graph does not remember the {seen} tokens that it read")
        self._past = dict(zip(self._given, present, strict=True))
        self.length = seen
        scores: Scores = logits[0, -1].astype(numpy.float32)
        if numpy.isnan(scores).any() or numpy.isposinf(scores).any():
            raise ModelRefusedError("a graph gives scores that are no numbers")
        return scores


class Writing:
    """The tokens that follow a text, drawn as they are asked for. `ended` says by what, once there
    are no more: by the model, by their number, or by time, which is up `within_seconds` of the
    beginning. Raises TooLong for a text that leaves no room for an answer."""

    def __init__(
        self,
        brought: Brought,
        text: Sequence[int],
        how: Sampling,
        *,
        most_tokens: int,
        within_seconds: float,
    ) -> None:
        import numpy

        longest, generation = brought.manifest.longest, brought.manifest.generation
        assert generation is not None
        if len(text) >= longest:
            raise TooLong(
                f"has {len(text)} tokens; the context of the model has {longest}, and an answer "
                "needs one at least: say less"
            )
        self._remembering = Remembering(brought)
        self._text, self._how, self._generation = text, how, generation
        self._most = min(most_tokens, generation.most_tokens, longest - len(text))
        self._ends_at = time.monotonic() + within_seconds
        self._random = numpy.random.default_rng(how.seed)
        self._is_given_up = False
        self.written: list[int] = []
        self.ended: Ended = "length"

    def give_up(self) -> None:
        """Nobody waits for the rest: what is being read ends after its part."""
        self._is_given_up = True

    def __iter__(self) -> Iterator[int]:
        scores = self._read_all()
        while scores is not None and len(self.written) < self._most:
            for each in repeating(self.written, self._generation.no_repeat):
                scores[each] = -float("inf")
            token = self._drawn(scores)
            if token in self._generation.end:
                self.ended = "stop"
                return
            self.written.append(token)
            yield token
            if len(self.written) < self._most:
                scores = self._next([token])

    def _read_all(self) -> "Scores | None":
        """The scores after the whole text, read in parts; None where the time is up."""
        scores: Scores | None = None
        for start in range(0, len(self._text), READ_AT_ONCE):
            scores = self._next(self._text[start : start + READ_AT_ONCE])
            if scores is None:
                return None
        return scores

    def _next(self, tokens: Sequence[int]) -> "Scores | None":
        if self._is_given_up or time.monotonic() >= self._ends_at:
            self.ended = "time"
            return None
        return self._remembering.read(tokens)

    def _drawn(self, scores: "Scores") -> int:
        import numpy

        how = self._how
        if how.frequency_penalty or how.presence_penalty:
            for token, times in Counter(self.written).items():
                scores[token] -= how.frequency_penalty * times + how.presence_penalty
        if how.temperature < _COLDEST:
            return int(scores.argmax())
        weighed = scores.astype(numpy.float64) / how.temperature
        likely = numpy.exp(weighed - weighed.max())
        likely /= likely.sum()
        order = numpy.argsort(-likely, kind="stable")
        # Those before whom the share is reached already are left out; the likeliest one never is.
        kept = order[: int(numpy.searchsorted(likely[order].cumsum(), how.top_p)) + 1]
        shares = likely[kept] / likely[kept].sum()
        return int(self._random.choice(kept, p=shares))


def bytes_remembered(graph: GraphPart, tokens: int) -> int:
    """How many bytes a decoder of this graph holds once it has read so many tokens."""
    parts = {each.name: each for each in graph.inputs}
    return sum(
        int(parts[name].shape[1])
        * int(parts[name].shape[3])
        * _type_of(parts[name].type)().itemsize
        * tokens
        for name, _ in graph.cached
    )


def _type_of(name: str) -> Any:
    import numpy

    return {
        "int64": numpy.int64,
        "int32": numpy.int32,
        "float": numpy.float32,
        "float16": numpy.float16,
        "bool": numpy.bool_,
    }[name]
