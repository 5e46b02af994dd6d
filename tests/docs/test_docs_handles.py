"""What the manifests say is handled is what the functions have handlers for."""

from importlib import import_module

from docs.handles import ROOT, main, rendered_handles
from shared.manifest import load_manifests


def test_the_committed_files_are_current() -> None:
    stale = [file for file, text in rendered_handles().items() if file.read_text() != text]
    assert stale == [], "run make schemas"
    assert main(["--check"]) == 0


def test_each_handler_is_an_event_or_a_timer_or_a_schedule() -> None:
    manifests = load_manifests(ROOT)
    for noun, handles in manifests.handles.items():
        if manifests.by_noun[noun].reactions is None:
            assert (handles.events, handles.timers) == ((), ())
            continue
        folder = ".".join(manifests.folders[noun].relative_to(ROOT).parts)
        handlers = import_module(f"{folder}.reactions").HANDLERS
        reactions = manifests.by_noun[noun].reactions
        schedules = set(handlers).intersection(reactions.schedules if reactions else ())
        assert sorted((*handles.events, *handles.timers, *schedules)) == sorted(handlers)
        assert all(each.split(".")[2] == "due" for each in handles.timers)
