"""Only a stack that wants the small language model has its image, and only `models` runs it."""

import re
from pathlib import Path

import pytest

from infra.archive import build_archive
from infra.language import with_language_model
from shared.manifest import load_manifests

ROOT = Path(__file__).parents[2]


def test_models_alone_gets_the_image_with_the_model() -> None:
    before = load_manifests(ROOT)
    after = with_language_model(before)
    assert "language" not in before.locks
    assert set(after.locks) == {*before.locks, "language"}
    changed = {noun for noun, each in after.by_noun.items() if each != before.by_noun[noun]}
    assert changed == {"models"}
    models = {each.name: each.sizing.memory for each in after.deployables if each.noun == "models"}
    assert models["models"] == "1Gi"


def test_its_lock_is_that_of_those_who_embed_and_one_package_more() -> None:
    locked = [
        _packages(ROOT / "requirements" / f"{lock}.txt") for lock in ("knowledge", "language")
    ]
    assert {name for name, _ in locked[1] - locked[0]} == {"xllamacpp"}
    assert locked[0] < locked[1]


def test_its_archive_is_not_built_without_the_model(tmp_path: Path) -> None:
    manifests = with_language_model(load_manifests(ROOT))
    if (ROOT / "build" / "language" / "model.gguf").is_file():
        pytest.skip("the model was fetched here")
    with pytest.raises(FileNotFoundError, match="language is not there: make language makes it"):
        build_archive(manifests, "language", tmp_path)


def _packages(file: Path) -> set[tuple[str, str]]:
    return set(re.findall(r"^([a-z0-9._-]+)(?:\[.*\])?==(\S+)", file.read_text(), re.MULTILINE))
