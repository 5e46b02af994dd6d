"""A line of usage with its proof, without us: that the sum is that of its slabs, that the root is
over exactly these and over the tenant, month and section that it names, that one of them counts
the event that is named, which is of that month, that a slab which is opened has these events and no
others, that the audit log has the event and says the same number, time and subject, and that the
month was closed with this line, which a checkpoint of the log covers."""

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from .entries import EntryVerified, acted, counted, verify_entry
from .merkle import Tree, root_with
from .notes import Forged

FORMAT = "assent-usage-proof/1"
# What the event is called with which a month is closed.
CLOSED = "assent.usage_month.closed.v1"
_SLAB = re.compile(r"([1-9][0-9]*)\t([a-z0-9_.]+)\t([0-9]+)\t([1-9][0-9]*)\t([0-9a-f]{64})")
_EVENT = re.compile(
    r"([0-9]+)\t([^\t\n]+)\t([0-9]+)\t([^\t\n]*)\t([a-z0-9_.]+=[0-9]+(?:,[^\t\n]+)?)"
)
_HASH = re.compile(r"[0-9a-f]{64}")


class UsageVerified(NamedTuple):
    """What was verified. `event` is the text of the event, empty where the proof has none;
    `opened` are those of the slab that the proof opens, empty where it opens none; `entry` is that
    of the event in the audit log, `closing` that with which the month was closed, each where the
    proof has it."""

    tenant: str
    period: str
    section: int
    meter: str
    quantity: int
    root: str
    slabs: int
    event: str
    entry: EntryVerified | None
    closing: EntryVerified | None
    opened: tuple[str, ...] = ()


def format_of(text: bytes) -> str:
    """The format that a proof says it has; empty where it says none."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    return str(said.get("format", "")) if isinstance(said, dict) else ""


def verify_usage(text: bytes, trusted: Sequence[str] = ()) -> UsageVerified:
    """What the proof shows; `trusted` are the verifier keys that may have signed its entries, by
    default those that these name. Raises Forged for what does not hold."""
    said = json.loads(text)
    try:
        slabs = _slabs(said)
        event = _event(said, slabs)
        entry = _entry(said, event, trusted)
        closing = _closing(said, len(slabs), trusted)
        return UsageVerified(
            *(str(said["tenant_id"]), str(said["period"]), int(said["section"])),
            *(str(said["meter"]), int(said["quantity"]), str(said["root"])),
            len(slabs),
            event,
            entry,
            closing,
            _opened(said, slabs),
        )
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError, OSError) as error:
        raise Forged(f"it is no proof of a line of usage: {error}") from error


def _slabs(said: dict[str, Any]) -> dict[int, bytes]:
    """The roots of the slabs, by their numbers. Raises Forged."""
    tree, roots, total, last = Tree(), dict[int, bytes](), 0, 0
    whose = f"{said['tenant_id']}\t{said['period']}\t{said['section']}"
    tree.add(_leaf(whose))
    for line in said["slabs"]:
        found = _SLAB.fullmatch(line)
        if found is None or found[2] != said["meter"]:
            raise Forged(f"its slab {tree.size} is none of this meter")
        number = int(found[1])
        if number <= last:
            raise Forged(f"slab {number} is counted twice, or is not in its place")
        last, roots[number] = number, bytes.fromhex(found[5])
        total += int(found[3])
        tree.add(_leaf(line))
    if total != said["quantity"]:
        raise Forged(f"its slabs add up to {total}, and the line says {said['quantity']}")
    if tree.root().hex() != said["root"]:
        raise Forged("its root is not over these slabs of this tenant, month and section")
    return roots


def _event(said: dict[str, Any], slabs: dict[int, bytes]) -> str:
    """The text of the event; empty where there is none. Raises Forged."""
    event = said["event"]
    if event is None:
        return ""
    line = event["line"]
    found = _EVENT.fullmatch(line)
    if found is None or said["meter"] not in _used(found):
        raise Forged("its event counts nothing of this meter")
    if any(_HASH.fullmatch(each) is None for each in event["path"]):
        raise Forged("the path of its event has what is no hash")
    if _month(found) != said["period"]:
        raise Forged("its event is of another month")
    path = [bytes.fromhex(each) for each in event["path"]]
    if root_with(_leaf(line), event["place"], event["size"], path) != slabs.get(event["slab"]):
        raise Forged("the slab does not count this event")
    return str(line)


def _opened(said: dict[str, Any], slabs: dict[int, bytes]) -> tuple[str, ...]:
    """The texts of the events of the slab that the proof opens, all of which the slab's root is
    over; empty where it opens none. Raises Forged."""
    opened = said.get("opened")
    if opened is None:
        return ()
    tree, quantity, events = Tree(), 0, 0
    for line in opened["lines"]:
        found = _EVENT.fullmatch(line)
        if found is None:
            raise Forged(f"line {tree.size} of the slab that it opens is no event")
        if _month(found) != said["period"]:
            raise Forged(f"line {tree.size} of the slab that it opens is of another month")
        used = _used(found)
        if said["meter"] in used:
            quantity, events = quantity + int(used[said["meter"]]), events + 1
        tree.add(_leaf(line))
    if tree.root() != slabs.get(opened["slab"]):
        raise Forged("the slab that it opens has other events")
    [line] = [each for each in said["slabs"] if each.startswith(f"{opened['slab']}\t")]
    if line.split("\t")[2:4] != [str(quantity), str(events)]:
        raise Forged(f"the events of slab {opened['slab']} add up to {quantity} in {events}")
    return tuple(opened["lines"])


def _used(event: re.Match[str]) -> dict[str, str]:
    """What the event counts, by meter."""
    return dict(each.split("=") for each in event[5].split(","))


def _month(event: re.Match[str]) -> str:
    return f"{datetime.fromtimestamp(int(event[3]) // 1000, UTC):%Y-%m}"


def _leaf(line: str) -> bytes:
    return hashlib.sha256(b"\x00" + line.encode()).digest()


def _entry(said: dict[str, Any], event: str, trusted: Sequence[str]) -> EntryVerified | None:
    """The entry of the log that the event counts, where the proof has it. Raises Forged."""
    if said.get("entry") is None:
        return None
    entry = verify_entry(said["entry"], trusted)
    number, id, at, subject, used = event.split("\t") if event else ("",) * 5
    if (number, id) != (str(entry.number), entry.event):
        raise Forged("its entry of the log is not that of its event")
    if entry.tenant != said["tenant_id"]:
        raise Forged("its entry of the log is of another tenant")
    meter = said["meter"]
    if int(dict(each.split("=") for each in used.split(","))[meter]) != counted(entry, meter):
        raise Forged("its event counts another number than the log says")
    logged = acted(entry)
    if at != str(logged.at):
        raise Forged(
            f"its event is of {at}, and the log says {logged.at} (milliseconds since 1970)"
        )
    if subject != logged.subject:
        raise Forged(f"its event names {subject!r}, and the log says that {logged.subject!r} acted")
    return entry


def _closing(said: dict[str, Any], slabs: int, trusted: Sequence[str]) -> EntryVerified | None:
    """The entry of the log with which the line was closed, where the proof has it. Raises
    Forged."""
    closing = said.get("closing")
    if closing is None:
        return None
    entry = verify_entry(closing["entry"], trusted)
    event = json.loads(entry.body)
    closed = json.loads(event["data"])
    whose = (entry.tenant, event["tenantid"], event["id"], event["type"])
    if whose != (said["tenant_id"], said["tenant_id"], entry.event, CLOSED):
        raise Forged("the entry of its closing is another one")
    if (closed["period"], closed["section"]) != (said["period"], said["section"]):
        raise Forged("its closing is of another month or section")
    line = "\t".join(
        map(str, (said["meter"], said["quantity"], closing["events"], slabs, said["root"]))
    )
    if any(_HASH.fullmatch(each) is None for each in closing["path"]):
        raise Forged("the path of its closing has what is no hash")
    path = [bytes.fromhex(each) for each in closing["path"]]
    if root_with(_leaf(line), closing["place"], closed["size"], path) != bytes.fromhex(
        closed["root"]
    ):
        raise Forged("its month was closed with another line")
    return entry
