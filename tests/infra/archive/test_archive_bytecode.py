"""The buildpack's bytecode is still good in the image, where every file has another time."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

from infra.archive import Archive
from infra.images import BUILD_ENVIRONMENT

# What the buildpack's lifecycle gives each file of an image: 1980-01-01T00:00:01Z.
IMAGE_TIME = 315532801
MODULES = ("functions.audit.store", "shared.messaging.envelope")


def _recompiled(archive: Archive, into: Path, build: Mapping[str, str]) -> list[str]:
    """The modules that a start in the image compiles again."""
    with zipfile.ZipFile(archive.path) as content:
        content.extractall(into)
    # The buildpack compiles all; what compiles two modules compiles the others too.
    files = [f"{name.replace('.', '/')}.py" for name in MODULES]
    compile_them = [sys.executable, "-m", "compileall", "-f", "-q", *files]
    subprocess.run(compile_them, cwd=into, env=dict(build), check=True)
    for path in into.rglob("*"):
        os.utime(path, (IMAGE_TIME, IMAGE_TIME))
    start = [sys.executable, "-v", "-c", f"import {', '.join(MODULES)}"]
    said = subprocess.run(start, cwd=into, env={}, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    return [name for name in MODULES if f"bytecode is stale for {name!r}" in said.stderr]


def test_our_build_environment_makes_bytecode_that_lasts(archive: Archive, tmp_path: Path) -> None:
    assert _recompiled(archive, tmp_path, BUILD_ENVIRONMENT) == []


def test_without_it_every_cold_start_would_compile_again(archive: Archive, tmp_path: Path) -> None:
    assert _recompiled(archive, tmp_path, {}) == list(MODULES)
