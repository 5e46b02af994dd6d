"""What images weigh is what their locks install and what is packed with them."""

import pytest

from infra.archive import MODELS
from infra.cost.layers import Layer, load_layers, lock_sha256, packages_in
from infra.cost.load import load_assumptions
from infra.cost.stack import stack_of
from infra.language import LOCK as LANGUAGE
from shared.manifest import load_manifests
from tests.infra import stacks
from tests.scratch import ROOT

LOCKS = sorted({*load_manifests(ROOT).locks, LANGUAGE})


def test_the_sizes_are_those_of_the_locks_as_they_are() -> None:
    """Where this fails, say `make lock` and commit infra/cost/layers.json."""
    assert {lock: each.lock_sha256 for lock, each in load_layers().items()} == {
        lock: lock_sha256(lock) for lock in LOCKS
    }


def test_each_image_has_its_packages_and_models() -> None:
    layers = load_layers()
    for lock, layer in layers.items():
        assert 10 < layer.packages < 500
        assert 10_000_000 < layer.packages_bytes < 1_000_000_000
        assert bool(layer.models_bytes) is (lock in MODELS)
    # What is added to a lock is added to its image.
    assert layers["runtime"].packages_bytes < layers["policy"].packages_bytes
    assert layers["runtime"].packages_bytes < layers["knowledge"].packages_bytes
    assert layers["knowledge"].packages_bytes < layers[LANGUAGE].packages_bytes
    assert layers["knowledge"].models_bytes < layers[LANGUAGE].models_bytes


def test_of_several_files_of_a_package_the_largest_counts() -> None:
    wheels = [{"name": "a-1-cp311.whl", "size": 5}, {"name": "a-1-abi3.whl", "size": 7}]
    pylock = {
        "packages": [
            {"name": "a", "wheels": wheels, "sdist": {"size": 90}},
            {"name": "b", "sdist": {"size": 100}},
        ]
    }
    assert packages_in(pylock) == (2, 107)


def test_a_size_that_the_index_does_not_say_is_not_guessed() -> None:
    with pytest.raises(ValueError, match="how large the files of a are"):
        packages_in({"packages": [{"name": "a", "wheels": [{"name": "a-1.whl"}]}]})


def test_images_and_sources_that_are_kept_have_that_size(monkeypatch: pytest.MonkeyPatch) -> None:
    program, assumed = stacks.sound_graph(), load_assumptions().operations
    gib = 1024**3
    sizes = {"lock_sha256": "0", "packages": 1, "packages_bytes": gib, "models_bytes": 2 * gib}
    layers = {lock: Layer.model_validate(sizes) for lock in program.manifests.locks}
    monkeypatch.setattr("infra.cost.stack.load_layers", lambda: layers)
    fixed = stack_of(program, assumed).fixed
    images = len(layers)
    # Ten are kept, two of them with other packages, each with the models.
    kept = sum(each.quantity for each in fixed if each.kind == "artifact-gib")
    assert kept == pytest.approx(images * (2 * 1 + 10 * (2 + assumed.code_gib)))
    sources = sum(each.quantity for each in fixed if each.kind == "storage-gib")
    assert sources == pytest.approx(images * (assumed.archive_gib + 2))
