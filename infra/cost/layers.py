"""How large the parts of each image are: `python -m infra.cost.layers` asks uv for the sizes of the
wheels that each lock installs, and looks at the models that are packed with it. `make lock` runs
it."""

import hashlib
import json
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from infra.archive import MODELS, PYTHON_VERSION
from infra.language import LOCK as LANGUAGE
from shared.kit.models import Model
from shared.manifest import load_manifests

ROOT = Path(__file__).parents[2]
FILE = Path(__file__).parent / "layers.json"
UV = ROOT / "build" / "uv" / "bin" / "uv"
# The base image is Ubuntu 22.04, whose C library is of this version.
_PLATFORM = "x86_64-manylinux_2_35"
_GIB = 1024**3

_Bytes = Annotated[int, Field(ge=0, strict=True)]


class Layer(Model):
    """The parts of one image beside our code: the packages of its lock, which had that SHA-256, as
    their wheels are compressed, and its models, which nothing makes smaller."""

    lock_sha256: str
    packages: _Bytes
    packages_bytes: _Bytes
    models_bytes: _Bytes

    @property
    def packages_gib(self) -> float:
        return self.packages_bytes / _GIB

    @property
    def models_gib(self) -> float:
        return self.models_bytes / _GIB


_LAYERS: TypeAdapter[dict[str, Layer]] = TypeAdapter(dict[str, Layer])


def load_layers(file: Path = FILE) -> Mapping[str, Layer]:
    """The committed sizes, by lock. Raises pydantic.ValidationError for a malformed file."""
    return _LAYERS.validate_json(file.read_bytes())


def lock_sha256(lock: str) -> str:
    """The SHA-256 of a lock as it is now."""
    return hashlib.sha256(_file_of(lock).read_bytes()).hexdigest()


def packages_in(pylock: Mapping[str, Any]) -> tuple[int, int]:
    """How many packages a pylock.toml (PEP 751) has, and the bytes of their files: of several
    wheels for the platform the largest one, of a package without wheels its sources. Raises
    ValueError for a file whose size nobody says."""
    packages = pylock["packages"]
    return len(packages), sum(map(_bytes_of, packages))


def _bytes_of(package: Mapping[str, Any]) -> int:
    files = package.get("wheels") or [package["sdist"]]
    sizes: list[int] = [each["size"] for each in files if "size" in each]
    if len(sizes) < len(files):
        raise ValueError(f"the index does not say how large the files of {package['name']} are")
    return max(sizes)


def _measured(lock: str, known: Layer | None) -> Layer:
    """The sizes as they are; of what has not changed, and of models that are not made here, as they
    were `known`."""
    sha256 = lock_sha256(lock)
    if known is not None and known.lock_sha256 == sha256:
        packages, size = known.packages, known.packages_bytes
    else:
        packages, size = packages_in(_resolved(lock))
    return Layer(
        lock_sha256=sha256,
        packages=packages,
        packages_bytes=size,
        models_bytes=_models_of(lock, known),
    )


def _models_of(lock: str, known: Layer | None) -> int:
    folders = [ROOT / each for each in MODELS.get(lock, ())]
    if missing := [each for each in folders if not each.is_dir()]:
        if known is None:
            sys.exit(f"{missing[0]} is not there: make setup and make language make it")
        return known.models_bytes
    files = (file for each in folders for file in each.iterdir())
    return sum(each.stat().st_size for each in files if each.is_file())


def _resolved(lock: str) -> dict[str, Any]:
    """What the image installs of the lock."""
    command = (str(UV), "pip", "compile", "--quiet", "--no-deps", "--format", "pylock.toml")
    chosen = ("--python-version", PYTHON_VERSION, "--python-platform", _PLATFORM)
    asked = subprocess.run(
        (*command, *chosen, str(_file_of(lock))), check=True, capture_output=True, text=True
    )
    return tomllib.loads(asked.stdout)


def _file_of(lock: str) -> Path:
    return ROOT / "requirements" / f"{lock}.txt"


def main() -> None:
    """Writes the sizes for the locks that functions name, and for that of the language model."""
    known = load_layers() if FILE.is_file() else {}
    locks = sorted({*load_manifests(ROOT).locks, LANGUAGE})
    said = {lock: _measured(lock, known.get(lock)).model_dump() for lock in locks}
    FILE.write_text(json.dumps(said, indent=2) + "\n")


if __name__ == "__main__":
    main()
