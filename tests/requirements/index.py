"""A package index in a folder, of wheels that are made here and hold one module each."""

import hashlib
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_WHEEL = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


@dataclass(frozen=True)
class Index:
    """A "simple" index, which pip reads from `url` without a network."""

    folder: Path

    @property
    def url(self) -> str:
        return self.folder.as_uri()

    def offer(
        self, name: str, version: str, requires: Sequence[str] = (), extras: Sequence[str] = ()
    ) -> str:
        """Adds a release; returns its entry for a lock, with the hash of its wheel."""
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        wheel = folder / f"{name}-{version}-py3-none-any.whl"
        _write(wheel, name, version, requires, extras)
        links = "".join(f'<a href="{each.name}">{each.name}</a>\n' for each in folder.glob("*.whl"))
        (folder / "index.html").write_text(f"<!DOCTYPE html><html><body>\n{links}</body></html>\n")
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        return f"{name}=={version} \\\n    --hash=sha256:{digest}\n"


def _write(
    wheel: Path, name: str, version: str, requires: Sequence[str], extras: Sequence[str]
) -> None:
    about = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"]
    about += [f"Provides-Extra: {extra}\n" for extra in extras]
    about += [f"Requires-Dist: {requirement}\n" for requirement in requires]
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": f"VERSION = {version!r}\n",
        f"{info}/METADATA": "".join(about),
        f"{info}/WHEEL": _WHEEL,
    }
    record = "".join(f"{file},sha256={_digest(text)},{len(text)}\n" for file, text in files.items())
    with zipfile.ZipFile(wheel, "w") as archive:
        for file, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            archive.writestr(file, text)


def _digest(text: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
