"""The pages that are made from the tables."""

from pathlib import Path

from tests.compliance import asvs, constitution


def rendered(root: Path) -> dict[Path, str]:
    """Each generated page as its table says it."""
    claims = constitution.read_claims(root)
    invariants = constitution.read_invariants(
        (root / constitution.DOMAIN).read_text(encoding="utf-8")
    )
    return {
        constitution.PAGE: constitution.render(claims, invariants),
        asvs.PAGE: asvs.render(asvs.read_standard(root)),
    }


def is_current(root: Path, page: Path) -> bool:
    """Whether the page is what its table says."""
    path = root / page
    return path.is_file() and path.read_text(encoding="utf-8") == rendered(root)[page]


def write_pages(root: Path) -> None:
    """Makes them."""
    for page, text in rendered(root).items():
        (root / page).write_text(text, encoding="utf-8")
