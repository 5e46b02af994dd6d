"""Recognises names and addresses: with Rampart, a model of National Design Studio, or with one that
an operator brings."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from shared.inference.brought import DISTILBERT_NER, ModelRefusedError, load_brought
from shared.inference.loading import find_file, open_session, open_tokenizer, whole
from shared.recognition.files import FOLDER, LABELS, MODEL, TOKENIZER

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

# The model recognises best in some 480 characters; what lies on a border lies in two windows.
WINDOW, OVERLAP = 128, 32
_LEAST_SURE = 0.5
_Kinds = Mapping[str, Literal["name", "address"]]
# What Rampart's labels mean, and those of models of CoNLL's: a place alone is no address.
_KINDS: _Kinds = {
    **dict.fromkeys(("GIVEN_NAME", "SURNAME"), "name"),
    **dict.fromkeys(
        ("BUILDING_NUMBER", "STREET_NAME", "SECONDARY_ADDRESS", "CITY", "STATE", "ZIP_CODE"),
        "address",
    ),
}
_OF_CONLL: _Kinds = {"PER": "name"}
# Many a surname is a word, or the name of a product, too.
_LEAST_SURE_ALONE = 0.9
# Graphs that take other numbers of tokens, or give other scores, are found before they are needed.
_TRIED = ("Ada", "Ada Lovelace asked. " * WINDOW)
# What may stand between two parts of one name, or of one address.
_BETWEEN = {
    "name": re.compile(r"[\s.'’-]{0,2}"),
    # The letters of a state may be a word too, which the model leaves out: OR 97205.
    "address": re.compile(r"[\s,.#/-]{0,2}(?:[A-Z]{2}[\s,]{1,2})?"),
}


class Recognised(NamedTuple):
    """A name or an address: where it is in the text, and which of both."""

    start: int
    end: int
    kind: str


class _Word(NamedTuple):
    start: int
    end: int
    label: str
    sure: float


class Recogniser:
    """Recognises names of people and postal addresses, in English above all. Any number of threads
    may use one. It misses some and takes some words for names: patterns and checks do not."""

    def __init__(
        self,
        session: "InferenceSession",
        tokenizer: "Tokenizer",
        labels: Sequence[str],
        kinds: _Kinds = _KINDS,
        longest: int = WINDOW + 2,
    ) -> None:
        self._kinds = kinds
        self._window = min(WINDOW, longest - 2)
        self._overlap = min(OVERLAP, self._window // 4)
        self._session = session
        self._tokenizer = tokenizer
        self._labels = [label.rpartition("-")[2] for label in labels]
        self._marks = [tokenizer.token_to_id(mark) for mark in ("[CLS]", "[SEP]")]

    @staticmethod
    def load() -> "Recogniser":
        """The recogniser of this process, loaded at the first call (0.2 s, 50 MB). Raises
        ModelAbsentError if `make setup` has not fetched the files, or nothing runs models here."""
        return _loaded(FOLDER)

    @staticmethod
    def brought(folder: str) -> "Recogniser":
        """That of the model `distilbert-ner` in the operator's folder of models, which recognises
        names and no addresses. Raises ModelAbsentError where it is not there, ModelRefusedError
        where it is another than its manifest says."""
        return _brought(folder)

    def recognise(self, text: str) -> list[Recognised]:
        """Names and addresses in the order of the text; takes up to 50 ms of a processor for
        each 400 characters."""
        found = []
        words = sorted(set(self._words(whole(text))))
        for kind, near in _together(text, words, self._kinds):
            if _is_of_somebody(kind, near):
                found.append(Recognised(near[0].start, near[-1].end, kind))
        return found

    def _words(self, text: str) -> Iterator[_Word]:
        """The words that have a label, each whole, though the model reads parts of words."""
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        ids, of_word, offsets = encoding.ids, encoding.word_ids, encoding.offsets
        ends = dict(zip(of_word, offsets, strict=True))
        starts: dict[int | None, tuple[int, int]] = {}
        for word, offset in zip(of_word, offsets, strict=True):
            starts.setdefault(word, offset)
        for first in range(0, max(len(ids) - self._overlap, 1), self._window - self._overlap):
            labels = self._labelled(ids[first : first + self._window])
            for token, (label, sure) in enumerate(labels, first):
                if label in self._kinds and sure >= _LEAST_SURE:
                    word = of_word[token]
                    yield _Word(starts[word][0], ends[word][1], label, sure)

    def _labelled(self, ids: list[int]) -> list[tuple[str, float]]:
        import numpy

        if not ids:
            return []
        tokens = numpy.array([[self._marks[0], *ids, self._marks[1]]], dtype=numpy.int64)
        inputs = {
            "input_ids": tokens,
            "attention_mask": numpy.ones_like(tokens),
            "token_type_ids": numpy.zeros_like(tokens),
        }
        asked = {each.name: inputs[each.name] for each in self._session.get_inputs()}
        scores = self._session.run(None, asked)[0][0][1:-1]
        shares = numpy.exp(scores - scores.max(1, keepdims=True))
        sure = 1 / shares.sum(1)
        return [(self._labels[n], float(p)) for n, p in zip(shares.argmax(1), sure, strict=True)]


def _is_of_somebody(kind: str, words: Sequence[_Word]) -> bool:
    """A street alone, or a city, is no address of anybody."""
    labels = {word.label for word in words}
    if labels == {"SURNAME"}:
        return max(word.sure for word in words) >= _LEAST_SURE_ALONE
    is_street = bool(labels & {"STREET_NAME", "SECONDARY_ADDRESS"})
    return kind == "name" or (is_street and len(labels) > 1)


def _together(
    text: str, words: Sequence[_Word], kinds: _Kinds
) -> Iterator[tuple[str, list[_Word]]]:
    """Words of one kind that stand beside each other."""
    group: list[_Word] = list(words[:1])
    for before, word in pairwise(words):
        kind = kinds[word.label]
        between = text[before.end : word.start]
        is_near = _BETWEEN[kind].fullmatch(between)
        if kind == kinds[before.label] and is_near:
            group.append(word)
        else:
            yield kinds[before.label], group
            group = [word]
    if group:
        yield kinds[group[-1].label], group


@cache
def _loaded(folder: Path) -> Recogniser:
    model, words, labels = (
        find_file(folder / each, "recognition") for each in (MODEL, TOKENIZER, LABELS)
    )
    named: dict[str, str] = json.loads(labels.read_bytes())["id2label"]
    tokenizer = open_tokenizer(words.read_bytes())
    return Recogniser(open_session(model), tokenizer, [named[str(n)] for n in range(len(named))])


@cache
def _brought(folder: str) -> Recogniser:
    model = load_brought(folder, DISTILBERT_NER)
    manifest, tokenizer = model.manifest, model.tokenizer
    if None in map(tokenizer.token_to_id, ("[CLS]", "[SEP]")):
        raise ModelRefusedError(f"{manifest.name}: its tokenizer has no [CLS] or [SEP]")
    session, longest = model.sessions["model"], manifest.longest
    recogniser = Recogniser(session, tokenizer, manifest.labels, _OF_CONLL, longest)
    try:
        for text in _TRIED:
            recogniser.recognise(text)
    # onnxruntime has a dozen errors with no common class but this one, and numpy others.
    except Exception as error:
        told = f"{manifest.name} cannot be called: {str(error)[:300]}"
        raise ModelRefusedError(told) from error
    return recogniser
