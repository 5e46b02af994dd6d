"""The receipts that the console's tests verify are what `assent-verify` verifies too."""

import json
from typing import Any

import pytest

from shared.verify.notes import Forged
from shared.verify.receipts import verify_receipt
from tests.mobile_api.console.receipts import FILE, TAMPERED

WRITTEN: dict[str, Any] = json.loads(FILE.read_text())


@pytest.mark.parametrize("receipt", WRITTEN["whole"], ids=lambda each: f"entry {each['number']}")
def test_whole_receipts_verify(receipt: dict[str, Any]) -> None:
    found = verify_receipt(json.dumps(receipt).encode())
    assert (found.number, found.signers) == (receipt["number"], tuple(receipt["keys"]))


@pytest.mark.parametrize("case", WRITTEN["tampered"], ids=lambda each: each["name"])
def test_tampered_receipts_do_not(case: dict[str, Any]) -> None:
    with pytest.raises(Forged):
        verify_receipt(json.dumps(case["receipt"]).encode())


def test_every_kind_of_tampering_is_written() -> None:
    assert [each["name"] for each in WRITTEN["tampered"]] == list(TAMPERED)
