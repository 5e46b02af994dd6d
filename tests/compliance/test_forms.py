"""What GitHub reads of us is what GitHub can read.

The rules are those of GitHub's syntax for issue forms:
https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-githubs-form-schema
"""

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / ".github" / "ISSUE_TEMPLATE"
FORMS = sorted(path for path in TEMPLATES.glob("*.yml") if path.name != "config.yml")
# Of each type of element: what its attributes must hold, and may hold beside.
ELEMENTS = {
    "markdown": ({"value"}, set[str]()),
    "input": ({"label"}, {"description", "placeholder", "value"}),
    "textarea": ({"label"}, {"description", "placeholder", "value", "render"}),
    "dropdown": ({"label", "options"}, {"description", "multiple", "default"}),
    "checkboxes": ({"label", "options"}, {"description"}),
}
_ID = re.compile(r"[A-Za-z0-9_-]+")
_OWNER = re.compile(r"@[\w.-]+(?:/[\w.-]+)?|[\w.+-]+@[\w.-]+")
_PATH = re.compile(r"(?:^|[\s(`])((?:docs|functions|shared|tests|infra)/[\w./-]*\w)")


def _read(path: Path) -> dict[str, Any]:
    return dict(YAML(typ="safe").load(path.read_text(encoding="utf-8")))


def faults(form: dict[str, Any]) -> list[str]:
    """What GitHub would refuse in a form, or show otherwise than it was meant."""
    wrong = [f"{key} is missing" for key in ("name", "description", "body") if not form.get(key)]
    known = {"name", "description", "body", "assignees", "labels", "title", "type", "projects"}
    wrong += [f"{key} is no key of a form" for key in form.keys() - known]
    body = form.get("body") or []
    for number, element in enumerate(body):
        wrong += [f"element {number}: {fault}" for fault in _element_faults(element)]
    ids = [element["id"] for element in body if "id" in element]
    labels = [element["attributes"].get("label") for element in body if "attributes" in element]
    asked = [label for label in labels if label is not None]
    if len(set(ids)) != len(ids) or len(set(asked)) != len(asked):
        wrong.append("two elements have one id or one label")
    if all(element.get("type") == "markdown" for element in body):
        wrong.append("nothing is asked")
    return wrong


def _element_faults(element: dict[str, Any]) -> list[str]:
    kind = element.get("type")
    if kind not in ELEMENTS:
        return [f"{kind} is no type"]
    needed, allowed = ELEMENTS[kind]
    attributes = element.get("attributes", {})
    wrong = [f"{key} is missing" for key in needed if not attributes.get(key)]
    wrong += [f"{key} is unknown" for key in attributes.keys() - needed - allowed]
    wrong += [
        f"{key} is unknown" for key in element.keys() - {"type", "id", "attributes", "validations"}
    ]
    if not _ID.fullmatch(element.get("id", "none")):
        wrong.append("the id has characters it may not have")
    if kind in ("markdown", "checkboxes") and "validations" in element:
        wrong.append("it has no validations")
    options = attributes.get("options", [])
    names = [option["label"] if isinstance(option, dict) else option for option in options]
    if len(set(names)) != len(names) or not all(isinstance(name, str) for name in names):
        wrong.append("options are texts, each once")
    if kind == "dropdown" and "None" in names:
        wrong.append("None is GitHub's own option")
    return wrong


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_every_form_is_one_that_github_shows(path: Path) -> None:
    assert faults(_read(path)) == []


def test_there_is_a_form_for_each_kind_of_report() -> None:
    wanted = {"bug", "feature", "architectural-deviation", "agent-violation"}
    assert {path.stem for path in FORMS} == wanted


def test_a_form_that_github_would_refuse_is_noticed() -> None:
    good = _read(TEMPLATES / "bug.yml")
    assert faults({**good, "body": good["body"][:1]}) == ["nothing is asked"]
    assert faults({**good, "description": ""}) == ["description is missing"]
    twice = [*good["body"], good["body"][-1]]
    assert faults({**good, "body": twice}) == ["two elements have one id or one label"]
    assert faults({**good, "body": [{"type": "text"}, *good["body"]]}) != []
    unasked = {"type": "input", "id": "a b", "attributes": {}}
    assert len(faults({**good, "body": [unasked, *good["body"]]})) == 2


def test_vulnerabilities_are_led_away_from_public_forms() -> None:
    config = _read(TEMPLATES / "config.yml")
    assert config["blank_issues_enabled"] is False
    for link in config["contact_links"]:
        assert link.keys() == {"name", "url", "about"}
        assert link["url"].startswith("https://")
    assert any("vulnerability" in link["name"] for link in config["contact_links"])


def test_the_paths_that_forms_and_template_name_are_in_the_checkout() -> None:
    pages = [*FORMS, ROOT / ".github" / "PULL_REQUEST_TEMPLATE.md"]
    named = {found for page in pages for found in _PATH.findall(page.read_text())}
    assert len(named) >= 4
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


def test_code_owners_are_patterns_and_owners_and_no_placeholder() -> None:
    for line in (ROOT / ".github" / "CODEOWNERS").read_text().splitlines():
        rule = line.partition("#")[0].split()
        assert not rule or (len(rule) >= 2 and all(map(_OWNER.fullmatch, rule[1:]))), line
        assert "OWNER/TEAM" not in rule[1:], line
