"""Lines of invoices with their proofs, as the platform gives them."""

from typing import Any

from shared.usage.slabs import Total, line_root, slab_line


def usage(meter: str, quantity: int, section: int) -> dict[str, Any]:
    """The proof of a line of usage of one slab."""
    lines = [slab_line(section, meter, Total(quantity, 3), bytes(32))]
    return {
        "format": "assent-usage-proof/1",
        "tenant_id": "acme",
        "period": "2026-10",
        "section": section,
        "meter": meter,
        "quantity": quantity,
        "root": line_root("acme", "2026-10", section, lines).hex(),
        "slabs": lines,
        "event": None,
    }


def proof() -> dict[str, Any]:
    """A correction: 650,999 tokens before, and 1,001 that came late."""
    before = [usage("tokens_in", 400_000, 1), usage("tokens_out", 250_999, 1)]
    own = [usage("tokens_in", 1, 2), usage("tokens_out", 1_000, 2)]
    charge = {
        "period": "2026-10",
        "section": 2,
        "meter": "tokens",
        "quantity": 1_001,
        "before": 650_999,
        "included": 500_000,
        "charged": 1_001,
        "cents": 3,
        "price_cents": 2,
        "price_units": 1_000,
        "counted": [{name: each[name] for name in ("meter", "quantity", "root")} for each in own],
    }
    return {
        "format": "assent-invoice-line-proof/1",
        "tenant_id": "acme",
        "invoice_id": "ivc_1",
        "line_id": "il_1",
        "currency": "usd",
        "charge": charge,
        "usage": [*before, *own],
    }
