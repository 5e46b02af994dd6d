"""The pages that list the functions list all of them."""

import re
from pathlib import Path

from shared.manifest import function_folders, load_manifests

ROOT = Path(__file__).parents[2]
FOLDERS = {
    folder.relative_to(ROOT).as_posix(): noun for noun, folder in function_folders(ROOT).items()
}


def test_the_readme_lists_every_folder_of_functions() -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    [row] = re.findall(r"^\| `functions/` \| .*$", page, re.MULTILINE)
    inside = {Path(each).name for each in FOLDERS if each.startswith("functions/")}
    assert set(re.findall(r"`(\w+)`", row)) == inside


def test_the_architecture_has_a_row_and_all_sides_of_each_function() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `((?:functions/)?\w+)` \|", page, re.MULTILINE)) >= set(FOLDERS)
    [diagram] = re.findall(r"^```mermaid\nflowchart(.*?)^```", page, re.DOTALL | re.MULTILINE)
    public = {noun: f'["{noun}<br/>(public)"]' for noun in FOLDERS.values()}
    private = {
        noun: f'["{noun}-reactions"]'
        for noun, manifest in load_manifests(ROOT).by_noun.items()
        if manifest.reactions is not None
    }
    missing = [each for node in (public, private) for each in node.values() if each not in diagram]
    assert missing == []
