"""A checkout in which calls cost something, so that budgets have something to add up."""

import re
from pathlib import Path

PRICES = {"counter.add": 1_000, "ledger.append": 2_500, "people.notify": 300}
_OPERATIONS = "operations.toml"


def priced_checkout(root: Path, into: Path) -> Path:
    """Links to everything of the checkout, but for the operations, which have their prices."""
    into.mkdir(parents=True)
    for each in root.iterdir():
        if each.name not in ("shared", "build"):
            (into / each.name).symlink_to(each)
    (into / "shared").mkdir()
    for each in (root / "shared").iterdir():
        if each.name != _OPERATIONS:
            (into / "shared" / each.name).symlink_to(each)
    text = (root / "shared" / _OPERATIONS).read_text()
    for name, price in PRICES.items():
        table = rf'(?m)^\["{re.escape(name)}"\]$'
        text, found = re.subn(table, rf"\g<0>\nprice_usd_micros = {price}", text)
        if found != 1:
            raise LookupError(f"{_OPERATIONS} has {found} tables of {name}")
    (into / "shared" / _OPERATIONS).write_text(text)
    return into
