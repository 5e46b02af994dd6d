"""A line of usage with its proof, without us: that the sum is that of its slabs, that the root is
over exactly these and over the tenant, month and section that it names, and that one of them counts
the event that is named, which is of that month."""

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from .merkle import Tree, root_with
from .notes import Forged
from .receipts import Proved, verify_receipt

FORMAT = "assent-usage-proof/1"
_SLAB = re.compile(r"([1-9][0-9]*)\t([a-z0-9_.]+)\t([0-9]+)\t([1-9][0-9]*)\t([0-9a-f]{64})")
_EVENT = re.compile(
    r"([0-9]+)\t([^\t\n]+)\t([0-9]+)\t([^\t\n]*)\t([a-z0-9_.]+=[0-9]+(?:,[^\t\n]+)?)"
)
_HASH = re.compile(r"[0-9a-f]{64}")


class UsageVerified(NamedTuple):
    """What was verified. `event` is the text of the event, empty where the proof has none;
    `receipt` is the receipt that it counts, where the proof has that with its own proof."""

    tenant: str
    period: str
    section: int
    meter: str
    quantity: int
    root: str
    slabs: int
    event: str
    receipt: Proved | None


def format_of(text: bytes) -> str:
    """The format that a proof says it has; empty where it says none."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    return str(said.get("format", "")) if isinstance(said, dict) else ""


def verify_usage(text: bytes, trusted: Sequence[str] = ()) -> UsageVerified:
    """What the proof shows; `trusted` are the verifier keys that may have signed its receipt, by
    default those that this names. Raises Forged for what does not hold."""
    said = json.loads(text)
    try:
        slabs = _slabs(said)
        event = _event(said, slabs)
        receipt = _receipt(said, event, trusted)
        return UsageVerified(
            *(str(said["tenant_id"]), str(said["period"]), int(said["section"])),
            *(str(said["meter"]), int(said["quantity"]), str(said["root"])),
            len(slabs),
            event,
            receipt,
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
    used = dict(each.split("=") for each in found[5].split(",")) if found else {}
    if found is None or said["meter"] not in used:
        raise Forged("its event counts nothing of this meter")
    if any(_HASH.fullmatch(each) is None for each in event["path"]):
        raise Forged("the path of its event has what is no hash")
    if f"{datetime.fromtimestamp(int(found[3]) // 1000, UTC):%Y-%m}" != said["period"]:
        raise Forged("its event is of another month")
    path = [bytes.fromhex(each) for each in event["path"]]
    if root_with(_leaf(line), event["place"], event["size"], path) != slabs.get(event["slab"]):
        raise Forged("the slab does not count this event")
    return str(line)


def _leaf(line: str) -> bytes:
    return hashlib.sha256(b"\x00" + line.encode()).digest()


def _receipt(said: dict[str, Any], event: str, trusted: Sequence[str]) -> Proved | None:
    """The receipt that the event counts, where the proof has it. Raises Forged."""
    if said.get("receipt") is None:
        return None
    proved = verify_receipt(json.dumps(said["receipt"]).encode(), trusted)
    receipt = json.loads(proved.statement)["predicate"]
    entry, id, *_ = event.split("\t") if event else ("", "")
    if (entry, id) != (str(proved.number), receipt["receipt_id"]):
        raise Forged("its receipt is not that of its event")
    if receipt["tenant_id"] != said["tenant_id"]:
        raise Forged("its receipt is of another tenant")
    used = dict(each.split("=") for each in event.split("\t")[4].split(","))
    if int(used[said["meter"]]) != _counted(receipt, said["meter"]):
        raise Forged("its event counts another number than its receipt says")
    return proved


def _counted(receipt: dict[str, Any], meter: str) -> int:
    """What a receipt counts of a meter."""
    if receipt["outcome"] != "confirmed":
        return 0
    model = receipt.get("model")
    if meter == "tool_calls":
        return 1 if model is None else 0
    number = (model or {}).get(meter) if meter in ("tokens_in", "tokens_out") else 0
    return number if isinstance(number, int) else 0
