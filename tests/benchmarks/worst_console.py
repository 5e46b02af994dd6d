"""The worst call of the console: its largest file."""

from collections.abc import Iterator

from mobile_api.pages import BUILT
from tests.benchmarks.worst import Call, Scene, worst_of
from tests.benchmarks.worst_identity import cast


@worst_of("GET", "/console/{path}")
def show_file(scene: Scene) -> Iterator[Call]:
    largest = max(BUILT.rglob("*.*"), key=lambda each: each.stat().st_size)
    yield Call(cast(scene).stranger(), f"/console/{largest.relative_to(BUILT).as_posix()}")
