"""A snapshot is whole or it is not there."""

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from emulators.failures import PlatformError
from emulators.keep.keeper import Keeper, back_up, restore
from emulators.keep.snapshot import Label, Snapshot, Unusable, read_snapshot, write_snapshot
from tests.emulators.keep.states import NOON, state


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.0"\n')
    return tmp_path


@pytest.fixture
def keeper(root: Path) -> Keeper:
    keeper = Keeper(root / "state", root)
    keeper.begin()
    return keeper


def _save(keeper: Keeper, content: str) -> Snapshot:
    folder = keeper.folder.parent / "documents"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "empty").mkdir(parents=True)
    (folder / "content").write_text(content)
    keeper.save(state(), NOON, {"documents": folder})
    snapshot = keeper.newest()
    assert snapshot is not None
    return snapshot


def _content(snapshot: Snapshot | None, tmp_path: Path) -> str:
    assert snapshot is not None
    return (snapshot.extract(tmp_path / "out")["documents"] / "content").read_text()


def _files(keeper: Keeper) -> list[str]:
    return sorted(path.name for path in keeper.folder.iterdir())


def _rewrite(path: Path, **members: str | None) -> None:
    """The same archive with other members; None leaves one out."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name).decode() for name in archive.namelist()}
    wanted = content | {name.replace("_", "."): text for name, text in members.items()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in wanted.items():
            if text is not None:
                archive.writestr(name, text)


def test_nothing_kept_is_nothing_found(keeper: Keeper) -> None:
    assert keeper.newest() is None


def test_the_newest_snapshot_takes_the_place_of_the_one_before(
    keeper: Keeper, tmp_path: Path
) -> None:
    for content in ("first", "second", "third"):
        _save(keeper, content)
    assert _content(keeper.newest(), tmp_path) == "third"
    assert _files(keeper) == ["snapshot.zip"]


def test_what_was_begun_and_not_finished_does_not_count(keeper: Keeper, tmp_path: Path) -> None:
    _save(keeper, "whole")
    keeper.path.with_name("snapshot.zip.partial").write_bytes(keeper.path.read_bytes()[:100])
    assert _content(keeper.newest(), tmp_path) == "whole"
    _save(keeper, "whole again")
    assert _content(keeper.newest(), tmp_path) == "whole again"
    assert _files(keeper) == ["snapshot.zip"]


def test_folders_and_state_come_back_as_they_were_saved(keeper: Keeper, tmp_path: Path) -> None:
    snapshot = _save(keeper, "\x00" * 5_000)
    assert snapshot.state == state()
    folders = snapshot.extract(tmp_path / "out")
    found = sorted(str(path.relative_to(tmp_path)) for path in (tmp_path / "out").rglob("*"))
    assert found == ["out/documents", "out/documents/content", "out/documents/empty"]
    assert (folders["documents"] / "content").read_text() == "\x00" * 5_000
    # PostgreSQL refuses a folder others may enter.
    assert folders["documents"].stat().st_mode & 0o777 == 0o700


def test_nobody_but_the_owner_may_read_a_snapshot(keeper: Keeper) -> None:
    assert _save(keeper, "keys").path.stat().st_mode & 0o077 == 0
    assert keeper.folder.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("damage", ["shorter", "other", "empty"])
def test_a_file_that_is_not_as_it_was_written_is_named(keeper: Keeper, damage: str) -> None:
    path = _save(keeper, "whole" * 1000).path
    whole = path.read_bytes()
    place = whole.index(b"documents/content") + 20
    other = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
    path.write_bytes({"shorter": whole[:-30], "other": other, "empty": b""}[damage])
    with pytest.raises(Unusable, match=f"{path} is not as it was written"):
        keeper.newest()


@pytest.mark.parametrize("name", ["snapshot_json", "state_json"])
def test_a_snapshot_that_lacks_something_is_named(keeper: Keeper, name: str) -> None:
    path = _save(keeper, "whole").path
    _rewrite(path, **{name: None})
    with pytest.raises(Unusable, match=f"{path} is not as it was written"):
        keeper.newest()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": "1.0"}'])
def test_a_label_that_cannot_be_read_is_named(keeper: Keeper, text: str) -> None:
    path = _save(keeper, "whole").path
    _rewrite(path, snapshot_json=text)
    with pytest.raises(Unusable, match=f"{path} (cannot be read|has format None)"):
        keeper.newest()


def test_a_snapshot_of_another_format_is_refused(keeper: Keeper) -> None:
    path = _save(keeper, "whole").path
    _rewrite(path, snapshot_json=json.dumps({"format": 99, "version": "1.0"}))
    with pytest.raises(Unusable, match="has format 99, and this platform reads 1"):
        keeper.newest()


def test_a_snapshot_of_another_version_of_the_project_is_refused(keeper: Keeper) -> None:
    path = _save(keeper, "whole").path
    with pytest.raises(Unusable, match=r"is of version 1\.0, and this checkout is 2\.0"):
        read_snapshot(path, "2.0")


def test_a_platform_says_what_to_do_about_a_broken_snapshot(keeper: Keeper) -> None:
    path = _save(keeper, "whole").path
    path.write_text("other")
    with pytest.raises(PlatformError, match=f"{path} is not as it was written") as refused:
        keeper.continued()
    assert "Start without --keep for a fresh platform" in str(refused.value)
    assert f"move {keeper.folder} away" in str(refused.value)


def test_a_state_of_another_shape_is_refused(keeper: Keeper) -> None:
    path = _save(keeper, "whole").path
    _rewrite(path, state_json='{"clock_offset": "yesterday"}')
    with pytest.raises(PlatformError, match=r"snapshot\.zip has another shape at clock_offset"):
        keeper.continued()


def test_a_platform_says_from_when_it_goes_on_and_what_was_lost(keeper: Keeper) -> None:
    assert "nothing had been kept yet" in keeper.continued()[1]
    _save(keeper, "whole")
    assert keeper.continued()[1].startswith("Going on from what was kept at 2")
    keeper.begin()
    assert "what came later is lost" in keeper.continued()[1]


# Backups


def test_a_backup_survives_the_loss_of_the_platforms_directory(
    keeper: Keeper, root: Path, tmp_path: Path
) -> None:
    folder, backup = root / "state", tmp_path / "backup"
    _save(keeper, "precious")
    assert "Backed up" in back_up(folder, backup, root)
    assert backup.stat().st_mode & 0o077 == 0
    shutil.rmtree(folder)
    assert "make up KEEP=1" in restore(folder, backup, root)
    assert _content(keeper.newest(), tmp_path) == "precious"


def test_a_restore_of_databases_leaves_out_what_waited(
    keeper: Keeper, root: Path, tmp_path: Path
) -> None:
    folder, backup = root / "state", tmp_path / "backup"
    saved = _save(keeper, "precious")
    back_up(folder, backup, root)
    restore(folder, backup, root, databases_only=True)
    assert _content(keeper.newest(), tmp_path) == "precious"
    newest = keeper.newest()
    assert newest is not None
    assert newest.label == saved.label
    assert newest.state == state()


def test_a_restore_leaves_what_was_kept_until_the_next_stop(
    keeper: Keeper, root: Path, tmp_path: Path
) -> None:
    folder, backup = root / "state", tmp_path / "backup"
    _save(keeper, "backed up")
    back_up(folder, backup, root)
    _save(keeper, "later")
    restore(folder, backup, root)
    assert _content(keeper.newest(), tmp_path) == "backed up"
    assert _content(read_snapshot(keeper.replaced, "1.0"), tmp_path) == "later"
    _save(keeper, "next stop")
    assert _files(keeper) == ["snapshot.zip"]


def test_a_backup_never_overwrites_another(keeper: Keeper, root: Path, tmp_path: Path) -> None:
    _save(keeper, "first")
    back_up(root / "state", tmp_path / "backup", root)
    with pytest.raises(PlatformError, match="exists already"):
        back_up(root / "state", tmp_path / "backup", root)


def test_a_backup_says_what_a_platform_that_died_took_with_it(
    keeper: Keeper, root: Path, tmp_path: Path
) -> None:
    _save(keeper, "whole")
    keeper.begin()
    said = back_up(root / "state", tmp_path / "backup", root)
    assert "what came later is not in the backup" in said


def test_where_nothing_was_kept_there_is_nothing_to_back_up(root: Path, tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="Nothing was kept in"):
        back_up(root / "state", tmp_path / "backup", root)


def test_a_damaged_backup_is_refused_and_changes_nothing(
    keeper: Keeper, root: Path, tmp_path: Path
) -> None:
    backup = tmp_path / "backup"
    _save(keeper, "whole")
    back_up(root / "state", backup, root)
    backup.write_bytes(backup.read_bytes()[:-9])
    with pytest.raises(PlatformError, match=r"The backup cannot be used: .* is not as it was"):
        restore(root / "state", backup, root)
    with pytest.raises(PlatformError, match=r"The backup cannot be used: .* is missing"):
        restore(root / "state", tmp_path / "nowhere", root)
    assert _content(keeper.newest(), tmp_path) == "whole"
    assert _files(keeper) == ["snapshot.zip"]


def test_a_write_that_fails_leaves_what_was_kept(keeper: Keeper, tmp_path: Path) -> None:
    _save(keeper, "whole")
    label = Label(version="1.0", taken_at=NOON, platform_time=NOON)
    with pytest.raises(FileNotFoundError):
        write_snapshot(keeper.path, label, state(), {"documents": tmp_path / "gone"})
    assert _content(keeper.newest(), tmp_path) == "whole"
