"""The worst calls of the console and of the explorer: their largest files."""

from collections.abc import Iterator
from pathlib import Path

from mobile_api.pages import BUILT, EXPLORER
from tests.benchmarks.worst import Call, Scene, worst_of
from tests.benchmarks.worst_identity import cast


@worst_of("GET", "/console/{path}")
def show_file(scene: Scene) -> Iterator[Call]:
    yield Call(cast(scene).stranger(), f"/console/{_largest(BUILT)}")


@worst_of("GET", "/explorer/{path}")
def show_explorers_file(scene: Scene) -> Iterator[Call]:
    yield Call(cast(scene).stranger(), f"/explorer/{_largest(EXPLORER)}")


def _largest(built: Path) -> str:
    largest = max(built.rglob("*.*"), key=lambda each: each.stat().st_size)
    return largest.relative_to(built).as_posix()
