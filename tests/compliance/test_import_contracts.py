"""The import contracts of `pyproject.toml` hold for a function that did not exist when they were
written."""

import pytest

from tests.scratch import Scratch, copy_checkout


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    """With a new function `notes` that keeps every contract."""
    scratch = copy_checkout(tmp_path_factory.mktemp("contracts") / "checkout")
    for name in ("", "rules/", "rules/drafts/"):
        scratch.write(f"functions/notes/{name}__init__.py", '"""Notes."""\n')
    scratch.write("functions/notes/rules/length.py", "from shared.kit.models import Model\n")
    return scratch


def test_a_new_function_that_keeps_them_is_accepted(checkout: Scratch) -> None:
    done = checkout.lint_imports()
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.by_day(1)
@pytest.mark.parametrize(
    ("file", "imported", "contract"),
    [
        ("rules/clock.py", "asyncio", "Rules are pure"),
        ("rules/drafts/calls.py", "httpx", "Rules are pure"),
        ("rules/drafts/reads.py", "google.cloud.firestore", "Rules are pure"),
        ("rules/stores.py", "shared.storage.firestore", "Rules are pure"),
        ("api.py", "functions.approvals.rules", "Functions never import each other"),
        ("reactions.py", "mobile_api.rules", "Functions never import each other"),
        ("main.py", "emulators.clock", "Functions do not know the local platform"),
        ("service.py", "infra.cost", "Nothing that runs knows the cloud program"),
    ],
)
def test_a_new_function_that_breaks_one_is_refused(
    checkout: Scratch, file: str, imported: str, contract: str
) -> None:
    name = f"functions/notes/{file}"
    checkout.write(name, f"import {imported}\n")
    try:
        done = checkout.lint_imports()
    finally:
        (checkout.root / name).unlink()
    assert done.returncode == 1, done.stderr
    assert f"{contract} BROKEN" in done.stdout


def test_an_existing_function_may_not_import_the_new_one_and_rules_in_one_file_are_rules_too(
    checkout: Scratch,
) -> None:
    name = "functions/agents/notes.py"
    checkout.write(name, "import functions.notes\n")
    checkout.write("functions/tags/__init__.py", '"""Tags."""\n')
    checkout.write("functions/tags/rules.py", "import fastapi\n")
    try:
        done = checkout.lint_imports()
    finally:
        (checkout.root / name).unlink()
        (checkout.root / "functions/tags/rules.py").unlink()
    assert "Functions never import each other BROKEN" in done.stdout
    assert "functions.agents.notes -> functions.notes" in done.stdout
    assert "Rules are pure BROKEN" in done.stdout
