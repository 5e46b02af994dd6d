"""What a page prints is told from what it does not print."""

import pytest

from tests.docs.answers import Answers
from tests.docs.followed import Step, steps_of

ONE, OTHER = "apr_01KAGQ0000000000000000000A", "apr_01KAGQ0000000000000000000B"
SAME = [
    ('{"a": 1, …}', '{"a":1,"b":2}'),
    ('{…, "b": 2}', '{"a":1,"b":2}'),
    ('{…, "b": 2, …}', '{"b":2}'),
    ('{"a": [1, …]}', '{"a":[1,2,3]}'),
    ('{"a": […]}', '{"a":[]}'),
    ('{"a": "in …"}', '{"a":"in part"}'),
    ('{"id": "apr_…00A"} {"of": "apr_…00A"}', f'{{"id":"{ONE}"}}\n{{"of":"{ONE}"}}'),
    ('{"at": "2026-11-20T13:01:03.890Z"}', '{"at":"2027-01-01T00:00:00Z"}'),
    ('{"hash": "d123403a6a8b…"}', f'{{"hash":"{"0" * 64}"}}'),
    ('HTTP/1.1 200 OK\n…\nA: b\n\n{"a": 1}', 'HTTP/1.1 200 OK\r\nX: y\r\nA: b\r\n\r\n{"a":1}'),
    ("live", "\nlive\n"),
]
DIFFERENT = [
    ('{"a": 1}', '{"a":1,"b":2}'),
    ('{"a": 1, …}', '{"a":2}'),
    ('{"a": 1, "b": 2}', '{"b":2,"a":1}'),
    ('{"a": 1, "c": 3, …}', '{"a":1,"b":2,"c":3}'),
    ('{"a": [1]}', '{"a":[1,2]}'),
    ('{"a": [1, 2]}', '{"a":[1]}'),
    ('{"a": []}', '{"a":[1]}'),
    ('{"a": 1}', '{"a":true}'),
    ('{"a": 1}', '{"a":1} {"a":1}'),
    ('{"a": "in …"}', '{"a":"on part"}'),
    ('{"id": "apr_…00A"}', '{"id":"cas_01KAGQ0000000000000000000A"}'),
    ('{"id": "apr_…00A"} {"of": "apr_…00A"}', f'{{"id":"{ONE}"}}\n{{"of":"{OTHER}"}}'),
    ("HTTP/1.1 200 OK\nA: b", "HTTP/1.1 200 OK\nX: y\nA: b"),
    ("HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found"),
    ("live", "returned"),
]


@pytest.mark.parametrize(("shown", "answered"), SAME)
def test_what_a_page_leaves_out_and_what_varies_makes_no_difference(
    shown: str, answered: str
) -> None:
    assert Answers().differences(shown, answered) == []


@pytest.mark.parametrize(("shown", "answered"), DIFFERENT)
def test_whatever_else_differs_is_told(shown: str, answered: str) -> None:
    assert Answers().differences(shown, answered)


def test_the_steps_of_a_page_save_its_files_and_keep_its_answers() -> None:
    page = (
        "Save as `a.yaml`:\n```yaml\nname: a\nrights:\n  alone: []\nmode: trial\n```\n"
        "```\ncat a.yaml\n```\n```text\nname: a\n```\n"
        "In `a.yaml`:\n```yaml\nrights:\n  alone: [b/c]\n```\n"
    )
    first, asked, changed = steps_of(page)
    assert first.commands.startswith("cat > a.yaml <<'END'\nname: a\nrights:\n  alone: []\n")
    assert asked == Step("cat a.yaml\n", "name: a\n")
    assert "name: a\nrights:\n  alone: [b/c]\nmode: trial\nEND" in changed.commands


def test_an_answer_without_a_question_and_a_file_without_a_name_are_refused() -> None:
    for page in ("```json\n{}\n```\n", "Save this:\n```yaml\na: 1\n```\n"):
        with pytest.raises(AssertionError):
            steps_of(page)
