"""`assent-verify FILE [--key KEY] [--receipt ID]`: verifies an exported archive of an audit log,
one receipt with its proof, a line of usage with its proof, or a line of an invoice with its proof.

Of an archive it recomputes the hash of every entry, the chain of them, their Merkle tree and the
two signatures, and names the first entry that is not as it was appended; in an export of everything
it verifies what people's devices signed; with --receipt it prints the statement of that receipt as
the archive has it. Of a receipt, which is what
`GET /v1/receipts/{id}/proof` answers, it verifies the envelope, the checkpoint, and that this
covers it, and prints its statement. Of a line of usage, which is what
`GET /v1/usage/roots/{period}/{meter}/proof` answers, it adds up the slabs, recomputes their root,
and shows that one of them counts the event that is named, that the audit log has this event with
the same number, time and subject, and that a checkpoint covers it and the closing of the month. Of
a line of an invoice, which is what `GET /v1/invoices/{id}/lines/{line}/proof` answers, it verifies
each line of usage behind it in this way, and that its cents follow from them, what is included, and
the price. Needs no network and writes nothing. Without --key it trusts the keys that the file names
itself, which shows that the file agrees with itself, and not who made it: compare the key that it
prints with one that you have from elsewhere.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .check import verify
from .invoices import FORMAT as LINE
from .invoices import LineVerified, verify_line
from .notes import Forged, read_key
from .receipts import Proved, verify_receipt
from .usage import FORMAT as USAGE
from .usage import UsageVerified, format_of, verify_usage

# A receipt is an object in JSON of a few kilobytes, an archive begins with a file's name.
# A line of usage names each of its slabs.
_LARGEST_PROOF = 1 << 22


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: 0 whole, 1 not as it was signed, 2 nothing to verify."""
    parser = argparse.ArgumentParser(prog="assent-verify", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--key", action="append", default=[], help="a verifier key that you trust")
    parser.add_argument("--receipt", default="", help="a receipt in the archive, to be printed")
    chosen = parser.parse_args(arguments)
    try:
        with chosen.file.open("rb") as file:
            is_receipt = file.read(1) == b"{"
            file.seek(0)
            if is_receipt:
                return _verify_proof(chosen.file, file.read(_LARGEST_PROOF), chosen.key)
            found = verify(file, chosen.key, chosen.receipt)
    except (OSError, Forged) as error:
        print(f"{chosen.file} was not verified: {error}", file=sys.stderr)
        return 2
    if found.broken:
        print(f"{chosen.file}: BROKEN\n  {found.broken}")
        return 1
    if chosen.receipt and not found.sought:
        print(f"{chosen.file} has no receipt {chosen.receipt}", file=sys.stderr)
        return 2
    receipts = f", {found.receipts} of them receipts," if found.receipts else ""
    more = f" and {found.documents} files of its tenant's documents" if found.documents else ""
    if found.decisions:
        more += f", with {found.decisions} decisions that devices signed"
    print(f"{chosen.file}: {found.entries} entries{receipts} of {found.log}{more}, whole")
    _print_signers(found.signers, chosen.key)
    if found.sought:
        print(found.sought)
    return 0


def _verify_proof(path: Path, text: bytes, trusted: Sequence[str]) -> int:
    """Raises Forged for a trusted key that is none."""
    for each in trusted:
        read_key(each)
    verifies, prints = _PROOFS.get(format_of(text), (verify_receipt, _print_receipt))
    try:
        found = verifies(text, trusted)
    except Forged as error:
        print(f"{path}: BROKEN\n  {error}")
        return 1
    print(f"{path}: ", end="")
    prints(found, trusted)
    return 0


def _print_receipt(found: Proved, trusted: Sequence[str]) -> None:
    print(f"a receipt, entry {found.number} of {found.log}, whole")
    _print_signers(found.signers, trusted)
    print(found.statement)


def _print_line(found: LineVerified, trusted: Sequence[str]) -> None:
    print(f"{found.cents} cents ({found.currency}), line {found.line} of {found.invoice}")
    print(f"  {found.charged} of {found.meter} beyond {found.included}, at {found.price}, whole")
    for usage in found.usage:
        _print_usage(usage, trusted)


def _print_usage(found: UsageVerified, trusted: Sequence[str]) -> None:
    part = "" if found.section == 1 else f", correction {found.section - 1}"
    print(f"{found.quantity} of {found.meter} of {found.tenant} in {found.period}{part}")
    print(f"  in {found.slabs} slabs with the root {found.root}, whole")
    if found.event:
        print(f"  counts {found.event}")
    if found.opened:
        print(f"  a slab with {len(found.opened)} events, whole")
        for event in found.opened:
            print(f"    {event}")
    if found.entry is not None:
        print(f"  as the audit log says, entry {found.entry.number} of {found.entry.log}")
        _print_signers(found.entry.signers, trusted)
        print(found.entry.body)
    if found.closing is not None:
        print(f"  closed by entry {found.closing.number} of {found.closing.log}")
        _print_signers(found.closing.signers, trusted)


def _print_signers(signers: Sequence[str], trusted: Sequence[str]) -> None:
    said = "as you named it" if trusted else "named by the file itself"
    for key in signers:
        print(f"  signed by {key} ({said})")


# What verifies a proof of that format, and prints what it shows. A receipt names none.
_PROOFS: Mapping[str, tuple[Callable[..., Any], Callable[..., None]]] = {
    USAGE: (verify_usage, _print_usage),
    LINE: (verify_line, _print_line),
}


if __name__ == "__main__":
    sys.exit(main())
