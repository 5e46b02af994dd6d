"""Whatever somebody alters in an archive is found, and the first altered entry is named."""

import io
import json
import re
import subprocess
import sys
import tarfile
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from functions.audit.rules.archive import SEGMENT
from functions.audit.rules.documents import File, content_line
from shared.audit_log.notes import verifier_key
from shared.kit.canonical import hash_of
from shared.kit.contents import Content, Tombstone
from shared.kit.signing import load_signing_key, new_key
from shared.verify.__main__ import main
from shared.verify.check import Verified
from tests.functions.audit.archives import replace_whole
from tests.shared.verify.archives import (
    AT,
    KEY,
    LOG,
    TRUSTED,
    archive_of,
    bodies,
    chained,
    rewritten,
    verified,
)

ROOT = Path(__file__).parents[3]
ENTRIES = list(chained(bodies(5)))
ARCHIVE = archive_of(ENTRIES)
ODD = ["{}", '{"a":"\u20ac \\" } {"}', '{"a":{"b":[1,2]}}']


def test_an_archive_is_whole_and_says_whose_it_is() -> None:
    found = verified(ARCHIVE)
    assert found == Verified(LOG, 5, (TRUSTED,), "")
    assert verified(ARCHIVE, TRUSTED) == found


DOCUMENTS = (
    File("events/00000001.jsonl", b'{"id":"evt_1","data":{"note":"Nr. 1"}}\n'),
    File("collections/api_key/00000001.jsonl", b'{"id":"key_1","state":{}}\n'),
    File(
        "contents/00000001.jsonl",
        content_line(Content(hash_of(b"spec"), "spec"))
        + content_line(Tombstone(hash_of(b"gone"), AT)),
    ),
)


def test_an_archive_with_documents_is_whole_and_says_how_many() -> None:
    found = verified(archive_of(ENTRIES, documents=DOCUMENTS))
    assert found == Verified(LOG, 5, (TRUSTED,), "", documents=3)


@pytest.mark.parametrize("name", [each.name for each in DOCUMENTS])
def test_a_document_that_was_altered_or_taken_out_is_found(name: str) -> None:
    whole = archive_of(ENTRIES, documents=DOCUMENTS)
    for place in range(len(dict(_segments(whole))[name])):
        altered = rewritten(
            whole,
            lambda each, content, at=place: (  # type: ignore[misc]
                content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
                if each == name
                else content
            ),
        )
        assert verified(altered).broken, place
    rest = rewritten(whole, lambda each, content: None if each == name else content)
    assert verified(rest).broken == "the manifest's files are not those of the archive"


def test_a_signed_content_of_another_hash_is_found_at_its_line() -> None:
    lines = content_line(Content(hash_of(b"spec"), "spec")) + content_line(
        Content(hash_of(b"spec"), "other")
    )
    archive = archive_of(ENTRIES, documents=[File("contents/00000001.jsonl", lines)])
    assert verified(archive).broken == (
        "contents/00000001.jsonl: line 2 is not the content that its hash names"
    )


@pytest.mark.parametrize("line", [b"nonsense\n", b"[]\n", b'{"text":"x"}\n', b'{"text":1}\n'])
def test_a_content_that_cannot_be_read_is_found(line: bytes) -> None:
    archive = archive_of(ENTRIES, documents=[File("contents/00000001.jsonl", line)])
    assert "line 1 is not the content" in verified(archive).broken


@pytest.mark.parametrize(
    "name", ["events/1.jsonl", "collections/00000001.jsonl", "secrets/00000001.jsonl"]
)
def test_a_document_in_no_folder_of_ours_is_refused(name: str) -> None:
    archive = archive_of(ENTRIES, documents=[File(name, b"{}\n")])
    assert "has no place" in verified(archive).broken


def test_other_tools_read_the_archive_and_its_lines() -> None:
    with tarfile.open(fileobj=io.BytesIO(ARCHIVE)) as files:
        names = files.getnames()
        lines = files.extractfile(names[0])
        assert lines is not None
        parsed = [json.loads(line) for line in lines]
    assert names == [
        *("entries/00000001.jsonl", "tree/00000001"),
        *("checkpoint", "manifest.json", "manifest.note"),
    ]
    assert [each["number"] for each in parsed] == [1, 2, 3, 4, 5]
    assert parsed[0]["body"]["type"] == "assent.x.y.v1"


def test_many_segments_an_odd_body_and_an_odd_id_are_whole() -> None:
    entries = list(chained([*bodies(SEGMENT * 2 + 1), *ODD]))
    assert verified(archive_of(entries)) == Verified(LOG, SEGMENT * 2 + 4, (TRUSTED,), "")


@pytest.mark.repeats
@pytest.mark.by_day(1)
@pytest.mark.parametrize("bit", range(8))
def test_every_flipped_bit_of_a_small_archive_is_found_and_in_an_entry_is_named(bit: int) -> None:
    small = archive_of(chained(["{}", '{"a":"\u00e9\\u00e9"}', "{}"]))
    lines = [match.span() for match in re.finditer(rb'\{"tenant_id":.*\n', small)]
    assert len(lines) == 3
    for place in range(len(small)):
        number = next((n for n, (begin, end) in enumerate(lines, 1) if begin <= place < end), None)
        altered = bytearray(small)
        altered[place] ^= 1 << bit
        broken = verified(bytes(altered)).broken
        assert broken, place
        if number is not None:
            assert broken.startswith(f"entry {number}: it was altered"), (place, broken)


@pytest.mark.parametrize("cut", [1, 511, 512, 1024, 1025, len(ARCHIVE) // 2, len(ARCHIVE)])
def test_a_cut_archive_is_found(cut: int) -> None:
    assert verified(ARCHIVE[:-cut]).broken


@pytest.mark.parametrize("more", [b"\0", bytes(512), b"more"])
def test_an_archive_with_more_after_its_end_is_refused(more: bytes) -> None:
    assert verified(ARCHIVE + more).broken


def test_a_cut_tail_is_found_by_the_checkpoint() -> None:
    cut = archive_of(ENTRIES[:3], signed=ENTRIES)
    assert verified(cut).broken == "entry 4: it is missing; the checkpoint has 5 entries"


def test_an_added_tail_is_found_by_the_checkpoint() -> None:
    longer = archive_of(ENTRIES, signed=ENTRIES[:3])
    assert verified(longer).broken == "entry 4: it was added; the checkpoint has 3 entries"


@pytest.mark.parametrize("number", [1, 3, 5])
def test_an_entry_that_is_left_out_is_named(number: int) -> None:
    rest = [each for each in ENTRIES if each.number != number]
    found = verified(archive_of(rest, signed=ENTRIES)).broken
    assert found.startswith(f"entry {number}: it is missing")


def test_two_entries_that_changed_places_are_found_at_the_first() -> None:
    swapped = [ENTRIES[0], ENTRIES[2], ENTRIES[1], *ENTRIES[3:]]
    assert verified(archive_of(swapped, signed=ENTRIES)).broken.startswith("entry 2: ")


def test_an_entry_altered_and_hashed_anew_is_named_by_the_tree() -> None:
    texts = [each.body for each in ENTRIES]
    texts[2] = "{}"
    anew = archive_of(chained(texts), signed=ENTRIES)
    (_, whole), (_, lines) = _segments(ARCHIVE)[1], _segments(anew)[0]
    mixed = rewritten(anew, lambda name, content: whole if name.startswith("tree/") else content)
    assert lines
    assert verified(mixed).broken == "entry 3: it was altered, and hashed anew"
    assert verified(anew).broken.startswith("the entries are not those of the checkpoint")


@pytest.mark.parametrize("seed", range(6))
def test_an_entry_that_was_replaced_hash_and_all_is_named(seed: int) -> None:
    spoiled = replace_whole(ARCHIVE, Random(seed))
    broken = f"entry {spoiled.first}: it was altered, and hashed anew"
    assert verified(spoiled.archive).broken == broken


def _segments(archive: bytes) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    rewritten(archive, lambda name, content: found.append((name, content)))
    return found


def test_another_tenants_entries_are_not_ours() -> None:
    theirs = list(chained(bodies(5), tenant="evil"))
    assert (
        verified(archive_of(theirs)).broken
        == "the manifest's tenant_id are not those of the archive"
    )
    mixed = [*ENTRIES[:2], replace(ENTRIES[2], tenant_id="evil"), *ENTRIES[3:]]
    assert verified(archive_of(mixed, signed=ENTRIES)).broken.startswith("entry 3: it was altered")


def test_a_stranger_who_makes_everything_anew_is_known_by_the_key() -> None:
    stranger = load_signing_key(json.dumps(new_key("audit")))
    forged = archive_of(chained(["{}"]), key=stranger)
    assert verified(forged).signers == (verifier_key(LOG, stranger),)
    assert verified(forged, TRUSTED).broken == (
        "the checkpoint is not to be trusted: none of the keys signed it"
    )


def test_a_checkpoint_of_another_log_of_ours_is_refused() -> None:
    other = archive_of(ENTRIES, log=f"{LOG}-2")
    swapped = dict(_segments(other))["checkpoint"]
    mixed = rewritten(ARCHIVE, lambda name, content: swapped if name == "checkpoint" else content)
    assert verified(mixed).broken.startswith("the checkpoint is not to be trusted")


@pytest.mark.parametrize(
    "missing", ["tree/00000001", "checkpoint", "manifest.json", "manifest.note"]
)
def test_a_missing_file_is_found(missing: str) -> None:
    rest = rewritten(ARCHIVE, lambda name, content: None if name == missing else content)
    assert verified(rest).broken


@pytest.mark.parametrize(
    "manifest", [b"", b"[]", b"{}", b"[" * 100_000, b'{"keys": ["x"]}', b'{"keys": []}', b"\xff"]
)
def test_another_manifest_is_refused(manifest: bytes) -> None:
    other = rewritten(
        ARCHIVE, lambda name, content: manifest if name == "manifest.json" else content
    )
    assert verified(other).broken
    assert verified(other, TRUSTED).broken


@pytest.mark.parametrize("nothing", [b"", b"hello", bytes(512), bytes(1024), bytes(10_240)])
def test_what_is_no_archive_is_refused(nothing: bytes) -> None:
    assert verified(nothing).broken


def test_the_command_says_what_it_found(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = tmp_path_factory.mktemp("archive") / "acme.tar"
    archive.write_bytes(ARCHIVE)
    assert main([str(archive)]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{archive}: 5 entries of {LOG}, whole\n")
    assert f"signed by {TRUSTED} (named by the file itself)" in said
    assert main([str(archive), "--key", TRUSTED]) == 0
    assert "(as you named it)" in capsys.readouterr().out
    archive.write_bytes(ARCHIVE.replace(b"gala", b"gata", 1))
    assert main([str(archive)]) == 1
    assert capsys.readouterr().out == (
        f"{archive}: BROKEN\n  entry 1: it was altered: its hash is another\n"
    )
    assert main([str(archive), "--key", "nonsense"]) == 2
    assert main([str(archive.with_name("nothing"))]) == 2
    assert capsys.readouterr().err.count("was not verified") == 2


def test_it_runs_alone_without_anything_else_of_the_project(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("alone")
    package = folder / "assent_verify"
    package.mkdir()
    for module in (ROOT / "shared" / "verify").glob("*.py"):
        (package / module.name).write_bytes(module.read_bytes())
    (folder / "acme.tar").write_bytes(ARCHIVE)
    command = [sys.executable, "-W", "error", "-m", "assent_verify", "acme.tar"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_keys_that_are_none_are_refused() -> None:
    from shared.verify.notes import Forged, read_key

    for text in ("", "a+b", f"{TRUSTED}x", TRUSTED.replace(LOG, "other"), f"{LOG}+00000000+AQ=="):
        with pytest.raises(Forged):
            read_key(text)
    assert read_key(TRUSTED).public == KEY.public_key.public_bytes_raw()
