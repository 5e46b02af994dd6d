"""A line of usage verifies with its proof and with the entries of the log behind it; whatever
somebody alters of it is found."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.audit_log.entries import Entry
from shared.audit_log.notes import verifier_key
from shared.kit.canonical import canonical_json
from shared.kit.signing import load_signing_key, new_key
from shared.usage.closings import section_path, section_root
from shared.usage.measuring import RECEIPT, Files, Noted, counted
from shared.usage.proofs import UsageLine
from shared.usage.slabs import (
    Counted,
    Total,
    line_root,
    opened,
    path_of,
    root_of,
    sealed,
    slab_line,
)
from shared.verify.__main__ import main
from shared.verify.notes import Forged
from shared.verify.usage import CLOSED, verify_usage
from tests.shared.verify.archives import LOG, TRUSTED
from tests.shared.verify.receipts import TENANT, chained, entries, logged

AT = 1_795_176_000_000
CHAIN = entries(7)
STRANGER = verifier_key(LOG, load_signing_key(json.dumps(new_key("audit"))))


def events(first: int, count: int) -> list[Counted]:
    return [
        Counted(each, f"rct_{each}", AT + each, "agt_gala", "tool_calls=1")
        for each in range(first, first + count)
    ]


def counted_of(chain: list[Entry], action: str) -> list[Counted]:
    """What the entries count for, as the platform counts."""
    noted = [Noted(each.number, each.event_id, action, each.body) for each in chain]
    return counted(noted, Files())[0]


def lines_of(some: list[Counted]) -> list[bytes]:
    return [each.line.encode() for each in some]


def proof(place: int = 2, *, period: str = "2026-11", **changes: Any) -> dict[str, Any]:
    """A line over three slabs, of which the second counts the receipts of the chain, each with
    these changes."""
    ours = [each._replace(**changes) for each in counted_of(CHAIN, RECEIPT)]
    slabs = [events(100, 5), ours, events(200, 500)]
    lines = [
        slab_line(number, "tool_calls", Total(len(each), len(each)), root_of(lines_of(each)))
        for number, each in enumerate(slabs, 3)
    ]
    leaves = lines_of(ours)
    return {
        "format": "assent-usage-proof/1",
        "tenant_id": TENANT,
        "period": period,
        "section": 1,
        "meter": "tool_calls",
        "quantity": 512,
        "root": line_root(TENANT, period, 1, lines).hex(),
        "slabs": lines,
        "event": {
            "slab": 4,
            "place": place,
            "size": len(ours),
            "line": ours[place].line,
            "path": [each.hex() for each in path_of(leaves, place)],
        },
        "entry": logged(CHAIN, CHAIN[place].number),
        "closing": None,
    }


def closed(said: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The same line with the entry of its closing, beside another line of the month."""
    whole = UsageLine(
        said["period"], 1, said["meter"], said["quantity"], 512, 3, said["root"], None, None
    )
    other = whole._replace(meter="executions", quantity=9, events=9, slabs=1, root="1" * 64)
    lines = [other, whole]
    data = {"period": "2026-11", "section": 1, "size": 2, "root": section_root(lines)}
    event = {"id": "evt_1", "type": CLOSED, "tenantid": TENANT, **changes.pop("event", {})}
    body = canonical_json({**event, "data": json.dumps({**data, **changes})}).decode()
    chain = chained(("evt_0", "{}"), ("evt_1", body))
    closing = {"place": 1, "events": 512, "path": section_path(lines, 1)}
    return {**said, "closing": {**closing, "entry": logged(chain, 2)}}


def text(said: dict[str, Any]) -> bytes:
    return json.dumps(said).encode()


def with_slab(said: dict[str, Any]) -> dict[str, Any]:
    """The same line with its second slab opened."""
    ours = counted_of(CHAIN, RECEIPT)
    return {**said, "opened": {"slab": 4, "lines": [each.line for each in ours]}}


def test_a_slab_is_opened_with_all_of_its_events(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = with_slab(proof())
    found = verify_usage(text(said), [TRUSTED])
    assert found.opened == tuple(said["opened"]["lines"])
    assert len(found.opened) == 7
    assert verify_usage(text(proof()), [TRUSTED]).opened == ()
    file = tmp_path / "line.json"
    file.write_bytes(text(said))
    assert main([str(file), "--key", TRUSTED]) == 0
    printed = capsys.readouterr().out
    assert "a slab with 7 events, whole" in printed
    assert all(each in printed for each in found.opened)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda slab: slab["lines"].pop(), "has other events"),
        (lambda slab: slab["lines"].reverse(), "has other events"),
        (lambda slab: slab["lines"].append(slab["lines"][0]), "has other events"),
        (lambda slab: slab.update(lines=[]), "has other events"),
        (lambda slab: slab.update(slab=3), "has other events"),
        (lambda slab: slab.update(slab="4"), "has other events"),
        (lambda slab: slab["lines"].__setitem__(0, "a receipt"), "is no event"),
        (
            lambda slab: slab["lines"].__setitem__(0, f"1\trct_1\t{AT - 10**10}\t\ttool_calls=1"),
            "another month",
        ),
        (lambda slab: slab.update(lines=7), "no proof"),
    ],
)
def test_a_slab_that_is_opened_otherwise_is_found(change: Callable[[Any], Any], why: str) -> None:
    said = copy.deepcopy(with_slab(proof()))
    change(said["opened"])
    with pytest.raises(Forged, match=why):
        verify_usage(text(said), [TRUSTED])


def test_a_slab_whose_events_do_not_add_up_to_it_is_found() -> None:
    said = with_slab(proof())
    lines = [each.replace("4\ttool_calls\t7\t7", "4\ttool_calls\t8\t7") for each in said["slabs"]]
    root = line_root(TENANT, "2026-11", 1, lines).hex()
    with pytest.raises(Forged, match="add up to 7 in 7"):
        verify_usage(text({**said, "slabs": lines, "root": root, "quantity": 513}), [TRUSTED])


@pytest.mark.parametrize("place", range(7))
def test_each_event_of_a_slab_is_proved_with_its_receipt(place: int) -> None:
    found = verify_usage(text(proof(place)), [TRUSTED])
    assert (found.quantity, found.slabs, found.period) == (512, 3, "2026-11")
    assert found.entry is not None
    assert found.entry.body == CHAIN[place].body
    assert found.closing is None


def test_a_closed_line_is_proved_to_be_what_the_log_closed() -> None:
    found = verify_usage(text(closed(proof())), [TRUSTED])
    assert found.closing is not None
    assert (found.closing.number, found.closing.event) == (2, "evt_1")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"root": "0" * 64}, "closed with another line"),
        ({"size": 1}, "closed with another line"),
        ({"period": "2026-10"}, "another month or section"),
        ({"section": 2}, "another month or section"),
        ({"event": {"type": "assent.run.started.v1"}}, "its closing is another one"),
        ({"event": {"tenantid": "other"}}, "its closing is another one"),
        ({"event": {"id": "evt_2"}}, "its closing is another one"),
    ],
)
def test_a_closing_of_something_else_is_refused(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(Forged, match=why):
        verify_usage(text(closed(proof(), **changes)), [TRUSTED])


@pytest.mark.parametrize("field", ["events", "place", "path"])
def test_a_closing_of_another_line_is_refused(field: str) -> None:
    said = closed(proof())
    said["closing"][field] = [] if field == "path" else said["closing"][field] - 1
    with pytest.raises(Forged, match="closed with another line"):
        verify_usage(text(said), [TRUSTED])


def test_an_entry_that_no_trusted_key_signed_is_refused() -> None:
    said = closed(proof())
    said["closing"]["entry"]["body"] += " "
    with pytest.raises(Forged, match="does not cover its entry"):
        verify_usage(text(said), [TRUSTED])
    with pytest.raises(Forged, match="none of the keys"):
        verify_usage(text(closed(proof())), [STRANGER])


@pytest.mark.parametrize(
    ("action", "data", "meter", "number"),
    [
        ("run.started", {}, "executions", 1),
        ("run.started", {"replay_of": "run_1"}, "executions", 0),
        ("run.started", {"parent_run_id": "run_1"}, "executions", 0),
        ("run.ended", {}, "executions", 0),
        ("approval.approved", {}, "approvals", 1),
        ("approval.vetoed", {}, "approvals", 0),
        (
            "model_call.settled",
            {"status": "answered", "tokens": {"tokens_cached_read": 7}},
            "tokens_cached_read",
            7,
        ),
        ("model_call.settled", {"status": "refused", "tokens": {}}, "tokens_cached_read", 0),
    ],
)
def test_an_event_counts_what_the_log_says_of_it(
    action: str, data: dict[str, Any], meter: str, number: int
) -> None:
    event = {"id": "evt_1", "type": f"assent.{action}.v1", "tenantid": TENANT}
    event |= {"time": "2026-11-20T12:00:00.007Z", "actorid": "usr_ada"}
    body = canonical_json({**event, "data": json.dumps(data)}).decode()
    chain = chained(("evt_1", body))
    told = Counted(1, "evt_1", AT + 7, "usr_ada", f"{meter}={number or 1}")
    slab = sealed([told])
    line = slab_line(1, meter, slab.totals[meter], slab.root)
    said = {
        **proof(),
        "meter": meter,
        "quantity": number or 1,
        "slabs": [line],
        "root": line_root(TENANT, "2026-11", 1, [line]).hex(),
        "event": {"slab": 1, "place": 0, "size": 1, "line": told.line, "path": []},
        "entry": logged(chain, 1),
    }
    if number:
        assert verify_usage(text(said)).entry is not None
    else:
        with pytest.raises(Forged, match="another number than the log says"):
            verify_usage(text(said))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"at": AT + 2_001}, rf"is of {AT + 2_001}, and the log says {AT + 2_000}"),
        ({"at": AT}, rf"is of {AT}, and the log says {AT + 2_000}"),
        ({"subject": "usr_eve"}, "names 'usr_eve', and the log says that 'agt_"),
        ({"subject": ""}, "names '', and the log says that 'agt_"),
        ({"used": "tool_calls=2"}, "another number than the log says"),
    ],
)
def test_a_slab_that_counts_an_event_otherwise_than_the_log_is_refused(
    changes: dict[str, Any], why: str
) -> None:
    said = proof(**changes)
    quantity = sum(int(each.split("\t")[2]) for each in said["slabs"])
    with pytest.raises(Forged, match=why):
        verify_usage(text({**said, "quantity": quantity}), [TRUSTED])


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    said = copy.deepcopy(proof())
    change(said)
    return text(said)


def _less(said: dict[str, Any]) -> None:
    said["slabs"] = said["slabs"][:2]
    said["quantity"] = 12


def _twice(said: dict[str, Any]) -> None:
    said["slabs"].append(said["slabs"][-1])
    said["quantity"] = 1012


def _dearer(said: dict[str, Any]) -> None:
    said["event"]["line"] = said["event"]["line"].replace("=1", "=2")


CHANGES: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "quantity": (lambda said: said.update(quantity=513), "add up to 512"),
    "a slab left out": (_less, "root is not over these"),
    "a slab twice": (_twice, "counted twice"),
    "another meter": (lambda said: said.update(meter="tokens_in"), "none of this meter"),
    "another root": (lambda said: said.update(root="0" * 64), "root is not over these"),
    "a dearer event": (_dearer, "does not count this event"),
    "another place": (lambda said: said["event"].update(place=3), "does not count this event"),
    "another slab": (lambda said: said["event"].update(slab=3), "does not count this event"),
    "no slab": (lambda said: said["event"].update(slab=9), "does not count this event"),
    "a path that is none": (lambda said: said["event"].update(path=["x"]), "no hash"),
    "another entry": (lambda said: said.update(entry=logged(CHAIN, 1)), "not that of its"),
    "an entry of no event": (lambda said: said.update(event=None), "not that of its event"),
    "another tenant": (lambda said: said.update(tenant_id="other"), "root is not over these"),
    "another month": (lambda said: said.update(period="2026-12"), "root is not over these"),
    "another section": (lambda said: said.update(section=2), "root is not over these"),
    "no slabs": (lambda said: said.pop("slabs"), "no proof of a line"),
    "a list": (lambda said: said.update(event=[1]), "no proof of a line"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_altered_is_found(name: str) -> None:
    change, why = CHANGES[name]
    with pytest.raises(Forged, match=why):
        verify_usage(changed(change), [TRUSTED])


@pytest.mark.parametrize("at", [AT + 31 * 86_400_000, 10**30])
def test_a_slab_counts_no_event_of_another_month(at: int) -> None:
    with pytest.raises(Forged, match=r"of another month|no proof of a line"):
        verify_usage(text(proof(at=at)), [TRUSTED])


def test_the_command_prints_what_was_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "line.json"
    path.write_bytes(text(proof()))
    assert main([str(path), "--key", TRUSTED]) == 0
    said = capsys.readouterr().out
    assert "512 of tool_calls of acme in 2026-11" in said
    assert "as the audit log says, entry 3" in said
    path.write_bytes(changed(_dearer))
    assert main([str(path)]) == 1
    assert "BROKEN" in capsys.readouterr().out


@pytest.mark.parametrize("count", [1, 2, 3, 5, 64, 499, 500])
def test_a_slab_gives_back_its_events_and_their_sums(count: int) -> None:
    given = [
        Counted(each * 3, f"rct_{each:026}", AT - each * 997, f"agt_{each % 7}", used)
        for each in range(count)
        for used in [f"tokens_in={each + 5},tokens_out=3" if each % 2 else "tool_calls=1"]
    ]
    slab = sealed(given)
    assert opened(slab.content) == given
    sums: dict[str, int] = {}
    for each in given:
        for meter, quantity in each.quantities.items():
            sums[meter] = sums.get(meter, 0) + quantity
    assert {meter: total.quantity for meter, total in slab.totals.items()} == sums
    assert sum(total.quantity for total in slab.hours.values()) == sum(sums.values())
    assert slab.totals.get("tool_calls", Total(0, 0)).events == (count + 1) // 2
