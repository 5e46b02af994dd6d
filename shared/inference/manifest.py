"""What the manifest of a model that an operator brings says: its files, and what its graphs
take."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from shared.kit.models import Model

MANIFEST = "manifest.json"

Architecture = Literal["token_classification", "encoder_decoder"]
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
}
# What a graph of that architecture may take besides.
_OPTIONAL: dict[Architecture, set[str]] = {
    "token_classification": {"token_type_ids"},
    "encoder_decoder": set(),
}


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
            _check_names(name, graph, expected[name], _OPTIONAL[self.architecture])
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
