"""docs/guides/add-a-function.md, followed to the letter in a copy of the checkout."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docs.guides import Guide, read_guide
from tests.scratch import ROOT, Scratch, copy_checkout

PAGE = ROOT / "docs" / "guides" / "add-a-function.md"
# What the commands of the page may write outside of what the page shows.
GENERATED = (
    "docs/api/",
    "events/schemas/",
    "functions/audit/handles.json",
    "mobile_api/console/src/api/generated.ts",
    "mobile_api/console/src/api/operations.ts",
    "shared/sdk/generated/",
    "shared/policy/schema.cedarschema",
)
# Each asks for a running platform, or for minutes: see below and the nightly test.
NOT_HERE = ("up", "demo", "check", "test", "setup")

# Builds both sides as the functions framework does, and asks each whether it is well.
_SERVE = """
import asyncio, sys
from pathlib import Path
import httpx
from functions_framework.aio import create_asgi_app
from shared.manifest import load_manifests

async def main(folder):
    for each in load_manifests(Path.cwd()).deployables:
        if each.folder == folder:
            app = create_asgi_app(each.target, str(each.source), "http")
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="https://new") as client:
                answer = await client.get("/healthz")
            print(each.name, answer.status_code)

asyncio.run(main(Path.cwd() / sys.argv[1]))
"""
_IMPORT = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
"""


@pytest.fixture(scope="module")
def guide() -> Guide:
    return read_guide(PAGE)


@dataclass(frozen=True)
class Followed(Scratch):
    """A copy with the page's files, after its commands; `before` is what it had before."""

    before: Mapping[str, str]


@pytest.fixture(scope="module")
def followed(guide: Guide, tmp_path_factory: pytest.TempPathFactory) -> Followed:
    copied = copy_checkout(tmp_path_factory.mktemp("guide") / "checkout")
    scratch = Followed(copied.root, copied.files())
    for name, text in guide.files.items():
        assert not (scratch.root / name).exists(), f"{name} is there already"
        scratch.write(name, text)
    targets = [target for target in guide.make_targets if target not in NOT_HERE]
    done = scratch.run("make", "--silent", "-o", "setup", *targets)
    assert done.returncode == 0, done.stdout + done.stderr
    return scratch


def test_the_page_shows_a_whole_function_with_tests(guide: Guide) -> None:
    folder = guide.function
    assert {f"{folder}/main.py", f"{folder}/function.toml"} <= guide.files.keys()
    assert guide.tests
    assert guide.make_targets


@pytest.mark.nightly
def test_it_writes_to_the_new_folder_to_events_and_to_tests_only(
    guide: Guide, followed: Followed
) -> None:
    own = (f"{guide.function}/", f"tests/{guide.function}/")
    shown = [name for name in guide.files if not name.startswith((*own, "events/"))]
    assert shown == []
    files, new = followed.before, followed.files()
    changed = [name for name in files.keys() | new.keys() if files.get(name) != new.get(name)]
    assert [name for name in changed if not name.startswith((*own, "events/", *GENERATED))] == []
    edited = [name for name in changed if name in files and not name.startswith(GENERATED)]
    assert edited == []


@pytest.mark.nightly
def test_its_modules_import_and_both_sides_answer(guide: Guide, followed: Followed) -> None:
    modules = [
        name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for name in guide.files
        if name.endswith(".py") and not name.startswith("tests/")
    ]
    done = followed.python("-c", _IMPORT, *modules)
    assert done.returncode == 0, done.stderr
    served = followed.python("-c", _SERVE, guide.function)
    assert served.returncode == 0, served.stderr
    answers = [line.split() for line in served.stdout.splitlines() if line.endswith("200")]
    noun = guide.function.rpartition("/")[2].replace("_", "-")
    assert {name for name, _ in answers} == {noun, f"{noun}-reactions"}


@pytest.mark.nightly
def test_its_own_tests_pass(guide: Guide, followed: Followed) -> None:
    """By the commands it shows; tests that it shows no command for are run too."""
    shown = [tuple(command.split()) for command in guide.commands if " pytest " in command]
    run = tuple(word for command in shown for word in command if word.startswith("tests/"))
    rest = [name for name in guide.tests if not name.startswith(run)]
    more = [(sys.executable, "-m", "pytest", "-q", *rest)] if rest else []
    for command in (*shown, *more):
        done = followed.run(*command)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.nightly
def test_generated_files_are_current_and_name_the_new_calls(
    guide: Guide, followed: Followed
) -> None:
    for program in ("docs.reference", "events"):
        done = followed.python("-m", program, "--check")
        assert done.returncode == 0, done.stdout + done.stderr
    reference = (followed.root / "docs" / "api" / "README.md").read_text()
    committed = (ROOT / "docs" / "api" / "README.md").read_text()
    assert len(reference) > len(committed)


@pytest.mark.nightly
def test_it_keeps_the_import_contracts_and_the_style(guide: Guide, followed: Followed) -> None:
    done = followed.lint_imports()
    assert done.returncode == 0, done.stdout
    for command in (("format", "--check"), ("check",)):
        found = followed.run(".venv/bin/ruff", *command, "--quiet", *_folders(guide))
        assert found.returncode == 0, found.stdout


@pytest.mark.nightly
def test_what_the_page_shows_is_formatted(guide: Guide, followed: Followed) -> None:
    for name, text in guide.files.items():
        assert (followed.root / name).read_text() == text, f"{name} is not as the tools leave it"


@pytest.mark.nightly
@pytest.mark.timeout(900)
def test_the_whole_check_passes(followed: Followed) -> None:
    done = followed.run("make", "--silent", "-o", "setup", "check")
    assert done.returncode == 0, done.stdout + done.stderr


def _folders(guide: Guide) -> list[str]:
    return sorted({str(Path(name).parent) for name in guide.files if name.endswith(".py")})
