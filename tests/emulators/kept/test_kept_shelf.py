"""A snapshot is whole or it is not there."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from emulators.failures import PlatformError
from emulators.kept.backup import back_up, restore
from emulators.kept.keeping import FOLDER, Keeping
from emulators.kept.shelf import Shelf, Snapshot, Unusable
from emulators.kept.tree import pack, unpack

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "state" / FOLDER, "1.0")


def _keep(shelf: Shelf, content: str) -> Snapshot:
    draft = shelf.draft()
    (draft / "folder").mkdir()
    (draft / "folder" / "content").write_text(content)
    return shelf.finish(draft, NOON)


def _content(snapshot: Snapshot | None) -> str:
    assert snapshot is not None
    return (snapshot.directory / "folder" / "content").read_text()


def test_nothing_kept_is_nothing_found(shelf: Shelf) -> None:
    assert shelf.newest() is None


def test_the_newest_snapshot_takes_the_place_of_the_ones_before(shelf: Shelf) -> None:
    for content in ("first", "second", "third"):
        _keep(shelf, content)
    assert _content(shelf.newest()) == "third"
    assert [path.name for path in shelf.directory.iterdir()] == ["000003"]


def test_what_was_begun_and_not_finished_does_not_count(shelf: Shelf) -> None:
    _keep(shelf, "whole")
    (shelf.draft() / "content").write_text("half")
    assert _content(shelf.newest()) == "whole"
    _keep(shelf, "whole again")
    assert _content(shelf.newest()) == "whole again"
    assert [path.name for path in shelf.directory.iterdir()] == ["000002"]


def test_of_two_whole_ones_the_newer_counts(shelf: Shelf) -> None:
    first = _keep(shelf, "older")
    spare = shutil.copytree(first.directory, shelf.directory / "spare")
    _keep(shelf, "newer")
    spare.rename(first.directory)  # As after a stop between the rename and the removal.
    assert _content(shelf.newest()) == "newer"


def test_nobody_but_the_owner_may_look_into_a_snapshot(shelf: Shelf) -> None:
    assert _keep(shelf, "keys").directory.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("damage", ["longer", "other"])
def test_a_file_that_is_not_as_it_was_written_is_named(shelf: Shelf, damage: str) -> None:
    file = _keep(shelf, "whole").directory / "folder" / "content"
    file.write_text("whale" if damage == "other" else "whole and more")
    with pytest.raises(Unusable, match=f"{file} is not as it was written"):
        shelf.newest()


@pytest.mark.parametrize("name", ["folder/content", "snapshot.json"])
def test_a_file_that_is_missing_is_named(shelf: Shelf, name: str) -> None:
    file = _keep(shelf, "whole").directory / name
    file.unlink()
    with pytest.raises(Unusable, match=f"{file} is missing"):
        shelf.newest()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1, "version": "1.0"}'])
def test_a_label_that_cannot_be_read_is_named(shelf: Shelf, text: str) -> None:
    label = _keep(shelf, "whole").directory / "snapshot.json"
    label.write_text(text)
    with pytest.raises(Unusable, match=f"{label} (cannot be read|has format None)"):
        shelf.newest()


def test_a_snapshot_of_another_format_is_refused(shelf: Shelf) -> None:
    label = _keep(shelf, "whole").directory / "snapshot.json"
    label.write_text(json.dumps({**json.loads(label.read_text()), "format": 99}))
    with pytest.raises(Unusable, match="has format 99, and this platform reads 1"):
        shelf.newest()


def test_a_snapshot_of_another_version_of_the_project_is_refused(shelf: Shelf) -> None:
    _keep(shelf, "whole")
    with pytest.raises(Unusable, match=r"is of version 1\.0, and this checkout is 2\.0"):
        Shelf(shelf.directory, "2.0").newest()


def test_a_platform_says_what_to_do_about_a_broken_snapshot(shelf: Shelf, tmp_path: Path) -> None:
    root = _root(tmp_path)
    (_keep(shelf, "whole").directory / "folder" / "content").unlink()
    with pytest.raises(PlatformError, match="content is missing") as refused:
        Keeping(tmp_path / "state", root)
    assert "Start without --keep for a fresh platform" in str(refused.value)
    assert f"move {shelf.directory} away" in str(refused.value)


def test_a_state_of_another_shape_is_refused(shelf: Shelf, tmp_path: Path) -> None:
    draft = shelf.draft()
    (draft / "state.json").write_text('{"clock_offset": "yesterday"}')
    shelf.finish(draft, NOON)
    with pytest.raises(PlatformError, match=r"state\.json has another shape at clock_offset"):
        Keeping(tmp_path / "state", _root(tmp_path))


# Backups


def _root(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.0"\n')
    return tmp_path


def test_a_backup_survives_the_loss_of_the_platforms_directory(
    shelf: Shelf, tmp_path: Path
) -> None:
    root, state, backup = _root(tmp_path), tmp_path / "state", tmp_path / "backup"
    _keep(shelf, "precious")
    assert "Backed up" in back_up(state, backup, root)
    shutil.rmtree(state)
    assert "make up KEEP=1" in restore(state, backup, root)
    assert _content(shelf.newest()) == "precious"


def test_a_restore_leaves_what_was_kept_until_the_next_stop(shelf: Shelf, tmp_path: Path) -> None:
    root, state, backup = _root(tmp_path), tmp_path / "state", tmp_path / "backup"
    _keep(shelf, "backed up")
    back_up(state, backup, root)
    _keep(shelf, "later")
    restore(state, backup, root)
    assert _content(shelf.newest()) == "backed up"
    assert _content(shelf.read(shelf.directory / "000002")) == "later"
    _keep(shelf, "next stop")
    assert [path.name for path in shelf.directory.iterdir()] == ["000004"]


def test_a_backup_never_overwrites_another(shelf: Shelf, tmp_path: Path) -> None:
    root, state, backup = _root(tmp_path), tmp_path / "state", tmp_path / "backup"
    _keep(shelf, "first")
    back_up(state, backup, root)
    with pytest.raises(PlatformError, match="exists already"):
        back_up(state, backup, root)


def test_a_backup_says_what_a_platform_that_died_took_with_it(shelf: Shelf, tmp_path: Path) -> None:
    _keep(shelf, "whole")
    (shelf.directory / "running").touch()
    said = back_up(tmp_path / "state", tmp_path / "backup", _root(tmp_path))
    assert "what came later is not in the backup" in said


def test_where_nothing_was_kept_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="Nothing was kept in"):
        back_up(tmp_path / "state", tmp_path / "backup", _root(tmp_path))


def test_a_damaged_backup_is_refused_and_changes_nothing(shelf: Shelf, tmp_path: Path) -> None:
    root, state, backup = _root(tmp_path), tmp_path / "state", tmp_path / "backup"
    _keep(shelf, "whole")
    back_up(state, backup, root)
    (backup / "folder" / "content").write_text("other")
    with pytest.raises(PlatformError, match=r"The backup cannot be used: .* is not as it was"):
        restore(state, backup, root)
    assert [path.name for path in shelf.directory.iterdir()] == ["000001"]


# Folders


def test_a_folder_comes_back_as_it_was_packed(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "deep" / "empty").mkdir(parents=True)
    (folder / "deep" / "file").write_bytes(b"\x00" * 5_000)
    pack(folder, tmp_path / "archive")
    back = tmp_path / "back"
    (back / "stale").mkdir(parents=True)
    unpack(tmp_path / "archive", back, None)
    assert sorted(str(path.relative_to(back)) for path in back.rglob("*")) == [
        "deep",
        "deep/empty",
        "deep/file",
    ]
    assert (back / "deep" / "file").read_bytes() == b"\x00" * 5_000
    assert back.stat().st_mode & 0o777 == 0o700  # PostgreSQL refuses a folder others may enter.
