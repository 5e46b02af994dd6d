"""Lets a model of ONNX write, token by token, always the likeliest one: the same words for the same
text. Bounded in tokens and in time."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from shared.inference.brought import Brought, ModelRefusedError
from shared.inference.loading import whole
from shared.inference.manifest import GenerationPart

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray
    from onnxruntime import InferenceSession

    Scores = NDArray[numpy.float32]

# Gives the scores of what may follow, once these tokens were added.
Step = Callable[[Sequence[int]], "Scores"]
Ended = Literal["stop", "length", "time"]


class Written(NamedTuple):
    """What a model wrote, the tokens that it read and wrote, and what ended it."""

    text: str
    tokens_in: int
    tokens_out: int
    ended: Ended


def rewrite(brought: Brought, text: str, within_seconds: float) -> Written:
    """The text that an encoder and decoder makes of this one, such as a summary. It reads as much
    of the beginning as its manifest says. Raises ModelRefusedError where the graphs do not give
    what their manifest says."""
    import numpy

    ends_at = time.monotonic() + within_seconds
    tokens = _read(brought, text)
    read = numpy.array([tokens], dtype=numpy.int64)
    mask = numpy.ones_like(read)
    given = {"input_ids": read, "attention_mask": mask}
    (states,) = run_graph(brought.sessions["encoder"], ["last_hidden_state"], given)
    decoder = brought.sessions["decoder"]
    written: list[int] = []

    def step(added: Sequence[int]) -> "Scores":
        written.extend(added)
        said: Mapping[str, NDArray[Any]] = {
            "input_ids": numpy.array([written], dtype=numpy.int64),
            "encoder_attention_mask": mask,
            "encoder_hidden_states": states,
        }
        (scores,) = run_graph(decoder, ["logits"], said)
        last: Scores = scores[0, -1]
        return last

    how = _generation(brought)
    found, ended = _write(step, how, ends_at)
    return Written(_said(brought, found), len(tokens), len(found), ended)


def _generation(brought: Brought) -> GenerationPart:
    how = brought.manifest.generation
    assert how is not None
    return how


def _read(brought: Brought, text: str) -> list[int]:
    found: list[int] = brought.tokenizer.encode(whole(text)).ids
    longest = brought.manifest.longest
    # The last token is the mark of the end.
    return found if len(found) <= longest else [*found[: longest - 1], found[-1]]


def _said(brought: Brought, tokens: Sequence[int]) -> str:
    text: str = brought.tokenizer.decode(list(tokens), skip_special_tokens=True)
    return text.strip()


def _write(step: Step, how: GenerationPart, ends_at: float) -> tuple[list[int], Ended]:
    """The tokens that follow those that stand first, without the one that ends them."""
    written: list[int] = []
    added: Sequence[int] = how.start
    while len(written) < how.most_tokens:
        if time.monotonic() >= ends_at:
            return written, "time"
        scores = step(added)
        for each in repeating(written, how.no_repeat):
            scores[each] = -float("inf")
        token = int(scores.argmax())
        if token in how.end:
            return written, "stop"
        written.append(token)
        added = (token,)
    return written, "length"


def repeating(written: Sequence[int], length: int) -> Iterator[int]:
    """The tokens that would end a row of that length which was written before."""
    if length < 1 or len(written) < length:
        return
    last = tuple(written[len(written) - length + 1 :])
    for place in range(len(written) - length + 1):
        if tuple(written[place : place + length - 1]) == last:
            yield written[place + length - 1]


def run_graph(
    session: "InferenceSession", wanted: list[str], given: "Mapping[str, NDArray[Any]]"
) -> "list[NDArray[numpy.float32]]":
    """What the graph gives of what is wanted. Raises ModelRefusedError where it cannot take what
    its manifest says that it takes."""
    from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidArgument, RuntimeException

    try:
        found: list[NDArray[numpy.float32]] = session.run(wanted, dict(given))
    except (Fail, InvalidArgument, RuntimeException) as error:
        raise ModelRefusedError(f"a graph does not do what its manifest says: {error}") from error
    return found
