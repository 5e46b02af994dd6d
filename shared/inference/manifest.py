"""What the manifest of a model that an operator brings says: its files, and what its graphs
take."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from shared.kit.models import Model

MANIFEST = "manifest.json"

Architecture = Literal["token_classification", "encoder_decoder", "decoder"]
# A file beside the manifest: no folder above, and none below.
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
_Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
_Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_Size = Annotated[int, Field(ge=0, strict=True)]
_Token = Annotated[int, Field(ge=0, strict=True)]

# Which graphs each has, and the names of what these take and give.
_GRAPHS: dict[Architecture, dict[str, tuple[set[str], set[str]]]] = {
    "token_classification": {"model": ({"input_ids", "attention_mask"}, {"logits"})},
    "encoder_decoder": {
        "encoder": ({"input_ids", "attention_mask"}, {"last_hidden_state"}),
        "decoder": ({"input_ids", "encoder_attention_mask", "encoder_hidden_states"}, {"logits"}),
    },
    "decoder": {"model": ({"input_ids", "attention_mask"}, {"logits"})},
}
# What a graph of that architecture may take besides.
_OPTIONAL: dict[Architecture, set[str]] = {
    "token_classification": {"token_type_ids"},
    "encoder_decoder": set(),
    "decoder": {"position_ids"},
}
# What a decoder of this many layers remembers of the tokens that it read: it takes what it had and
# gives what it has then, of each layer keys and values.
_PAST = re.compile(r"past_key_values\.\d+\.key")
_KINDS = ("key", "value")


class TensorPart(Model):
    """One input or output of a graph. A size is a number, or a word where it may be any."""

    name: _Text
    type: Literal["int64", "int32", "float", "float16", "bool"]
    shape: Annotated[tuple[_Size | _Text, ...], Field(max_length=8)]


class GraphPart(Model):
    """A graph in ONNX: its file, the version of ONNX's operators that it is written in, and all
    that it takes and gives."""

    file: FileName
    opset: Annotated[int, Field(ge=7, le=100, strict=True)]
    inputs: Annotated[tuple[TensorPart, ...], Field(min_length=1, max_length=300)]
    outputs: Annotated[tuple[TensorPart, ...], Field(min_length=1, max_length=300)]

    @property
    def cached(self) -> tuple[tuple[str, str], ...]:
        """The names of each part of what a decoder remembers: as the graph takes it, and as it
        gives it."""
        layers = sum(1 for each in self.inputs if _PAST.fullmatch(each.name))
        names = (f"{layer}.{kind}" for layer in range(layers) for kind in _KINDS)
        return tuple((f"past_key_values.{each}", f"present.{each}") for each in names)


class GenerationPart(Model):
    """How a model writes: the tokens that stand first and those that end it, how many it writes at
    most, and the length of a row of tokens that it writes once only (0: any row as often as it
    likes)."""

    start: Annotated[tuple[_Token, ...], Field(max_length=8)] = ()
    end: Annotated[tuple[_Token, ...], Field(min_length=1, max_length=16)]
    most_tokens: Annotated[int, Field(ge=1, le=4_096, strict=True)]
    no_repeat: Annotated[int, Field(ge=0, le=16, strict=True)] = 0


class ModelManifest(Model):
    """A model that an operator brings: `manifest.json` in its folder. `files` has each file of the
    folder but the manifest with its SHA-256, also those that a graph keeps its weights in."""

    name: _Text
    architecture: Architecture
    licence: _Text
    source: _Text
    files: Annotated[dict[FileName, _Sha256], Field(max_length=50)]
    tokenizer: FileName
    graphs: Annotated[dict[str, GraphPart], Field(min_length=1, max_length=2)]
    # What it reads at once, its marks included.
    longest: Annotated[int, Field(ge=8, le=131_072, strict=True)]
    # What each place of a token's scores stands for, such as B-PER.
    labels: Annotated[tuple[_Text, ...], Field(max_length=500)] = ()
    generation: GenerationPart | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        expected = _GRAPHS[self.architecture]
        if self.graphs.keys() != expected.keys():
            raise ValueError(f"graphs: {self.architecture} has {' and '.join(expected)}")
        for name in (self.tokenizer, *(each.file for each in self.graphs.values())):
            if name not in self.files:
                raise ValueError(f"files: {name} is missing: add it with its SHA-256")
        for name, graph in self.graphs.items():
            takes, gives = expected[name]
            if self.architecture == "decoder":
                if not graph.cached:
                    raise ValueError(f"graphs.{name}.inputs: past_key_values.0.key is missing")
                takes = takes | {taken for taken, _ in graph.cached}
                gives = gives | {given for _, given in graph.cached}
            _check_names(name, graph, (takes, gives), _OPTIONAL[self.architecture])
            _check_cache(name, graph)
        if bool(self.labels) is not (self.architecture == "token_classification"):
            raise ValueError("labels: token_classification has them, and no other architecture")
        if self.labels and self.graphs["model"].outputs[0].shape[-1:] != (len(self.labels),):
            raise ValueError("labels: there is one for each score, whose number `logits` ends with")
        if (self.generation is None) is not (self.architecture == "token_classification"):
            raise ValueError("generation: models that write have it, and no others")
        return self


def _check_names(
    name: str, graph: GraphPart, expected: tuple[set[str], set[str]], optional: set[str]
) -> None:
    """Raises ValueError for a graph that takes or gives something else than what is asked of it."""
    for what, parts, needed, may in (
        ("inputs", graph.inputs, expected[0], optional),
        ("outputs", graph.outputs, expected[1], set()),
    ):
        said = {each.name for each in parts}
        if missing := needed - said:
            raise ValueError(f"graphs.{name}.{what}: {sorted(missing)[0]} is missing")
        if strange := said - needed - may:
            raise ValueError(f"graphs.{name}.{what}: nobody gives or takes {sorted(strange)[0]}")


def _check_cache(name: str, graph: GraphPart) -> None:
    """Raises ValueError for what is remembered in another form than it is taken in the next time:
    one text, its heads, any number of tokens, and the width of a head."""
    for part in _cache_parts(graph):
        place = f"graphs.{name}: {part.name}"
        if part.type not in ("float", "float16"):
            raise ValueError(f"{place} must be float or float16")
        sizes = part.shape
        if len(sizes) != 4 or not isinstance(sizes[1], int) or not isinstance(sizes[3], int):
            raise ValueError(
                f"{place} must have four sizes: any, its heads, any, and the width of a head"
            )
        if not isinstance(sizes[2], str) or not sizes[1] or not sizes[3]:
            raise ValueError(f"{place} must hold any number of tokens of a head")
        if sizes[0] != 1 and not isinstance(sizes[0], str):
            raise ValueError(f"{place} must be of one text, or of any number")
    parts = {each.name: each for each in (*graph.inputs, *graph.outputs)}
    for taken, given in graph.cached:
        past, present = parts[taken], parts[given]
        if (past.type, past.shape[1::2]) != (present.type, present.shape[1::2]):
            raise ValueError(f"graphs.{name}: {given} is not what {taken} takes")


def _cache_parts(graph: GraphPart) -> Iterator[TensorPart]:
    names = {name for pair in graph.cached for name in pair}
    yield from (each for each in (*graph.inputs, *graph.outputs) if each.name in names)
