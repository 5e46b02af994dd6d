"""`python -m tests.mobile_api.console.receipts`: writes receipts for the tests of the console, as
the platform writes them, and what somebody made of them."""

import base64
import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

from tests.shared.verify.receipts import TENANT, entries, proved

FILE = Path(__file__).with_name("receipts.json")
Receipt = dict[str, Any]
_OTHER_KEY = "assent-audit/assent-dev/acme+00000000+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


def _says(receipt: Receipt) -> None:
    envelope = receipt["envelope"]
    said = base64.b64decode(envelope["payload"]).replace(b'"confirmed"', b'"refused"')
    envelope["payload"] = base64.b64encode(said).decode()


def _is_signed(receipt: Receipt) -> None:
    (signature,) = receipt["envelope"]["signatures"]
    signature["sig"] = base64.b64encode(bytes(64)).decode()


def _covers_more(receipt: Receipt) -> None:
    receipt["proof"] = receipt["proof"].replace("\n7\n", "\n8\n")


def _lies_elsewhere(receipt: Receipt) -> None:
    receipt["proof"] = receipt["proof"].replace("index 4\n", "index 3\n")


def _has_another_step(receipt: Receipt) -> None:
    head, separator, note = receipt["proof"].partition("\n\n")
    lines = head.split("\n")
    lines[3] = base64.b64encode(bytes(32)).decode()
    receipt["proof"] = "\n".join(lines) + separator + note


def _has_no_such_key(receipt: Receipt) -> None:
    receipt["keys"] = [_OTHER_KEY]


# What somebody changed, and which part shows it.
TAMPERED: dict[str, tuple[Callable[[Receipt], None], str]] = {
    "another outcome": (_says, "envelope"),
    "another signature": (_is_signed, "envelope"),
    "a key that is none": (_has_no_such_key, "envelope"),
    "a larger checkpoint": (_covers_more, "checkpoint"),
    "another place": (_lies_elsewhere, "inclusion"),
    "another step of the proof": (_has_another_step, "inclusion"),
}


def made() -> Any:
    """Receipts of trees of several sizes, and those of one that somebody changed."""
    whole = [proved(entries(size), number) for size, number in ((1, 1), (2, 2), (7, 5), (13, 13))]
    of_seven = whole[2]
    tampered = []
    for name, (change, part) in TAMPERED.items():
        receipt = deepcopy(of_seven)
        change(receipt)
        tampered.append({"name": name, "part": part, "receipt": receipt})
    return {"tenant": TENANT, "whole": whole, "tampered": tampered}


if __name__ == "__main__":
    FILE.write_text(json.dumps(made(), indent=1) + "\n")
