"""The archive of those who embed has the model, and no other archive has."""

import shutil
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.archive import Archive, build_archive
from shared.embeddings.embedder import Embedder
from shared.manifest import Manifests, load_manifests
from tests.infra.archive.conftest import ROOT
from tests.infra.archive.unpacked import Unpacked, required_by, unpack

NAMES = ("model.onnx", "tokenizer.json", "LICENSE", "NOTICE")
FILES = {f"build/{model}/{name}" for model in ("embeddings", "recognition") for name in NAMES}
FILES.add("build/recognition/config.json")

_EMBED = """
from shared.embeddings.embedder import Embedder
from shared.recognition.recogniser import Recogniser
assert Recogniser.load().recognise("I am Ada Lovelace.")
embedder = Embedder.load()
print(embedder.model_sha256, *embedder.embed("Invoices are paid within thirty days."))
"""


@pytest.fixture(scope="module")
def embedding(manifests: Manifests, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    built = build_archive(manifests, "knowledge", tmp_path_factory.mktemp("archives"))
    yield built
    built.path.unlink()


def test_only_the_archive_of_those_who_embed_has_the_model(
    archive: Archive, embedding: Archive
) -> None:
    others, own = _names(archive), _names(embedding)
    assert own - others == FILES
    assert others - own == set()


def test_no_archive_has_what_makes_the_model(embedding: Archive) -> None:
    assert not [name for name in _names(embedding) if "/making/" in name]


def test_the_archive_alone_embeds_as_the_checkout_does(embedding: Archive, tmp_path: Path) -> None:
    source = unpack(embedding.path, tmp_path / "source")
    assert {"numpy", "onnxruntime", "tokenizers"} <= required_by(source)
    # With the packages that run this: to link those of the lock, a hundred, takes seconds.
    done = Unpacked(source, Path(sys.prefix)).run(_EMBED)
    assert done.returncode == 0, done.stderr
    here = Embedder.load()
    sha256, *numbers = done.stdout.split()
    assert sha256 == here.model_sha256
    assert here.embed("Invoices are paid within thirty days.") @ [*map(float, numbers)] > 0.999


def test_what_a_killed_setup_left_is_not_packed(embedding: Archive, tmp_path: Path) -> None:
    checkout = _checkout(tmp_path)
    for model in ("embeddings", "recognition"):
        shutil.copytree(ROOT / "build" / model, tmp_path / "build" / model)
    half = tmp_path / "build" / "embeddings" / ".making-1"
    half.mkdir()
    (half / "model.safetensors").write_bytes(b"half")
    again = build_archive(checkout, "knowledge", tmp_path / "archives")
    assert again.sha256 == embedding.sha256


def test_an_archive_without_its_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"build/embeddings is not there: make setup"):
        build_archive(_checkout(tmp_path), "knowledge", tmp_path / "archives")


def _checkout(folder: Path) -> Manifests:
    for name in ("events", "functions", "mobile_api", "shared", "requirements"):
        skip = shutil.ignore_patterns("__pycache__", "node_modules")
        shutil.copytree(ROOT / name, folder / name, ignore=skip)
    return load_manifests(folder)


def _names(archive: Archive) -> set[str]:
    with zipfile.ZipFile(archive.path) as content:
        return set(content.namelist())
