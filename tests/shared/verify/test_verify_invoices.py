"""A line of an invoice verifies with its proof; whatever somebody alters of it is found."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.verify.__main__ import main
from shared.verify.invoices import verify_line
from shared.verify.notes import Forged
from tests.shared.verify.lines import proof, usage

HOURS_OF_OCTOBER = 744


def stored() -> dict[str, Any]:
    """Twelve gibibytes on average, of which ten are included."""
    own = usage("storage_byte_hours", 12 * (1 << 30) * HOURS_OF_OCTOBER, 1)
    said = proof()
    said["usage"] = [own]
    said["charge"] |= {
        "meter": "storage",
        "section": 1,
        "quantity": own["quantity"],
        "before": 0,
        "included": 10 * (1 << 30),
        "charged": 2 * (1 << 30),
        "cents": 100,
        "price_cents": 50,
        "price_units": 1 << 30,
        "counted": [{name: own[name] for name in ("meter", "quantity", "root")}],
    }
    return said


def text(said: dict[str, Any]) -> bytes:
    return json.dumps(said).encode()


def test_the_command_says_what_a_line_costs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "line.json"
    file.write_bytes(text(proof()))
    assert main([str(file)]) == 0
    said = capsys.readouterr().out
    assert "3 cents (usd), line il_1 of ivc_1" in said
    assert "1001 of tokens beyond 500000, at 2 cents for each 1000, whole" in said
    assert "400000 of tokens_in of acme in 2026-10\n" in said
    assert verify_line(text(stored())).cents == 100
    file.write_bytes(text({**proof(), "charge": {**proof()["charge"], "cents": 4}}))
    assert main([str(file)]) == 1
    assert "that costs 3 cents, and the line says 4" in capsys.readouterr().out


def _set(*path: str | int, to: Any) -> Callable[[dict[str, Any]], None]:
    def change(said: dict[str, Any]) -> None:
        *way, last = path
        place: Any = said
        for each in way:
            place = place[each]
        place[last] = to

    return change


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_set("charge", "cents", to=4), "costs 3 cents"),
        (_set("charge", "included", to=651_500), "500 is beyond what is included"),
        (_set("charge", "quantity", to=1_002), "says something else"),
        (_set("charge", "before", to=650_998), "says something else"),
        (_set("charge", "charged", to=1_000), "beyond what is included"),
        (_set("charge", "price_units", to=0), "its price is none"),
        (_set("charge", "price_cents", to=-2), "its price is none"),
        (_set("charge", "price_cents", to=20), "costs"),
        (_set("charge", "counted", 0, "root", to="0" * 64), "other quantities or roots"),
        (_set("charge", "counted", 0, "quantity", to=2), "other quantities or roots"),
        (_set("charge", "meter", to="executions"), "not charged by this line"),
        (_set("charge", "meter", to="pages"), "no proof of a line"),
        (_set("charge", "period", to="2026-11"), "another tenant or month"),
        (_set("charge", "section", to=1), "not charged by this line"),
        (_set("tenant_id", to="other"), "another tenant or month"),
        (_set("usage", 0, "quantity", to=400_001), "add up to"),
        (_set("usage", 0, to=usage("tokens_in", 400_000, 3)), "not charged by this line"),
        (_set("usage", 1, to=usage("tokens_in", 400_000, 1)), "counted twice"),
        (_set("usage", to=[]), "other quantities or roots"),
        (_set("usage", to=None), "no proof of a line"),
        (_set("charge", to="much"), "no proof of a line"),
    ],
)
def test_whatever_is_altered_is_found(change: Callable[[dict[str, Any]], None], why: str) -> None:
    said = copy.deepcopy(proof())
    change(said)
    with pytest.raises(Forged, match=why):
        verify_line(text(said))
