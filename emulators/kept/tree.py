"""A folder as one file, and back: exactly its folders and files, nothing else."""

import os
import shutil
import tarfile
from pathlib import Path


def pack(folder: Path, into: Path) -> None:
    """Writes what is in `folder` into the archive `into`."""
    with tarfile.open(into, "w") as archive:
        archive.add(folder, arcname=".")


def unpack(archive: Path, folder: Path, owner: int | None) -> None:
    """Makes `folder` as it was packed, readable by its owner only; `owner` is the user it is given
    to, None for our own. What is in `folder` already is removed."""
    shutil.rmtree(folder, ignore_errors=True)
    with tarfile.open(archive) as packed:
        for member in packed:
            target = folder / member.name
            content = packed.extractfile(member)
            if content is None:
                target.mkdir(mode=0o700, parents=True, exist_ok=True)
            else:
                with content, target.open("xb") as file:
                    shutil.copyfileobj(content, file)
                target.chmod(0o600)
            if owner is not None:
                os.chown(target, owner, -1)
