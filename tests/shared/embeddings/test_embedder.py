"""The model that `make setup` made embeds as the published one does, text by text."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from shared.embeddings import embedder as module
from shared.embeddings.embedder import Embedder
from shared.embeddings.files import FOLDER
from shared.inference.loading import ModelAbsentError
from tests.shared.embeddings.sentences import SENTENCES, reference

# Kept beside vectors: where it changes, whoever keeps some must embed all anew.
SHA256 = "f85403b18b8b66f890cde8f1f22e689583ac95ba9d498c5c433e125084392787"


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder.load()


def test_this_machine_made_the_model_that_others_make(embedder: Embedder) -> None:
    assert embedder.model_sha256 == SHA256


def test_vectors_are_near_those_of_the_published_model(embedder: Embedder) -> None:
    cosines = (embedder.embed_all(SENTENCES) * reference()).sum(1)
    assert cosines.mean() >= 0.99
    assert cosines.min() >= 0.98


def test_the_nearest_sentence_is_the_one_that_the_published_model_finds(embedder: Embedder) -> None:
    nearest = [_nearest(vectors) for vectors in (embedder.embed_all(SENTENCES), reference())]
    assert (nearest[0] == nearest[1]).mean() >= 0.9


def test_a_vector_has_length_1_and_is_the_same_in_any_company(embedder: Embedder) -> None:
    together = embedder.embed_all(SENTENCES)
    assert together.dtype == np.dtype("float32")
    assert together.shape == (len(SENTENCES), Embedder.width)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    with ThreadPoolExecutor(4) as threads:
        alone = np.stack([*threads.map(embedder.embed, reversed(SENTENCES))])[::-1]
    np.testing.assert_array_equal(together, alone)


def test_no_text_and_no_texts_have_vectors_too(embedder: Embedder) -> None:
    assert np.linalg.norm(embedder.embed("")) == pytest.approx(1, abs=1e-5)
    assert embedder.embed_all([]).shape == (0, Embedder.width)


def test_beyond_256_tokens_a_text_is_not_read(embedder: Embedder) -> None:
    # One token a word, and two marks.
    within = "agent " * 254
    np.testing.assert_array_equal(embedder.embed(within), embedder.embed(within + "budget " * 9))
    shorter = "agent " * 200
    assert not np.array_equal(embedder.embed(shorter), embedder.embed(shorter + "budget " * 9))


@pytest.mark.parametrize("text", ["\0", "\ud800 half", "🙂" * 5000, "x" * 2_000_000, "\n" * 90_000])
def test_any_text_is_embedded(embedder: Embedder, text: str) -> None:
    assert np.linalg.norm(embedder.embed(text)) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("text", "fewest", "most"),
    [
        ("It waits until somebody has approved.", 1.0, 1.2),
        ("Rechnungen werden bezahlt, bevor jemand sie geprüft hat.", 1.7, 4.0),
        ("Publica los textos sin esperar la revisión del editor.", 1.4, 2.0),
        ("編集者の承認を待たずに記事を公開する。", 1.6, 2.0),
    ],
)
def test_words_of_other_languages_take_more_pieces(
    embedder: Embedder, text: str, fewest: float, most: float
) -> None:
    words, pieces = embedder.words_and_pieces(text)
    assert fewest <= pieces / words <= most


def test_a_text_without_words_has_none(embedder: Embedder) -> None:
    assert [embedder.words_and_pieces(each) for each in ("", "12.5 %", "\ud800")] == [(0, 0)] * 3


def test_without_its_files_it_says_how_to_make_them(tmp_path: Path) -> None:
    with pytest.raises(ModelAbsentError, match=r"model\.onnx\): make setup makes it"):
        module._loaded(tmp_path)


def test_a_tokenizer_of_another_model_is_refused(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "embeddings")
    with (tmp_path / "embeddings" / "tokenizer.json").open("a") as other:
        other.write("\n")
    with pytest.raises(ModelAbsentError, match="is not the tokenizer of the model beside it"):
        module._loaded(tmp_path / "embeddings")


def _nearest(vectors: np.ndarray) -> np.ndarray:
    alike = vectors @ vectors.T
    np.fill_diagonal(alike, -1)
    nearest: np.ndarray = alike.argmax(1)
    return nearest
