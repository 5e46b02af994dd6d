"""How much of the personal data in labelled sentences is found, and how much else."""

from collections import Counter
from pathlib import Path

import pytest

from functions.models.rules.personal import MOST_READ, Finder, TooMuch
from functions.models.rules.redaction import Obliged, Redaction
from functions.models.service import redaction
from shared.kit.errors import Invalid
from shared.recognition.recogniser import Recogniser
from tests.functions.models.absent import without_recognition
from tests.functions.models.labelled import REGIONS, is_found, labelled

SENTENCES = tuple(labelled())
# What patterns and checks find without the model.
HAVE_A_FORM = {"contact", "account", "social"}


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Recogniser.load()


def test_the_set_is_large_and_has_all_kinds() -> None:
    kinds = Counter(each.kind for each in SENTENCES)
    assert len(SENTENCES) >= 500
    assert set(kinds) == {"name", "address", "innocent", *HAVE_A_FORM}
    assert len({each.text for each in SENTENCES}) > 0.9 * len(SENTENCES)


# Of every fifth there are all templates.
@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.nightly)])
def test_with_the_model_nearly_all_is_found_and_nearly_nothing_else(
    recogniser: Recogniser, every: int
) -> None:
    sentences = SENTENCES[::every]
    finder = Finder(REGIONS, (), recogniser.recognise)
    found = {each for each in sentences if is_found(finder, each)}
    for kind in {each.kind for each in SENTENCES}:
        of_kind = [each for each in sentences if each.kind == kind]
        share = sum(each in found for each in of_kind) / len(of_kind)
        assert share <= 0.02 if kind == "innocent" else share >= 0.95, (kind, share)


def test_without_the_model_all_that_has_a_form_is_found_and_nothing_else() -> None:
    finder = Finder(REGIONS)
    wrong = [
        each.text for each in SENTENCES if is_found(finder, each) is not (each.kind in HAVE_A_FORM)
    ]
    assert wrong == []


def test_single_words_stay_because_programs_need_them(recogniser: Recogniser) -> None:
    assert recogniser.recognise("claude-sonnet")
    redaction = Redaction(Obliged(["open"]), b"s" * 32, (), recogniser.recognise)
    body = {
        "model": "claude-sonnet",
        "messages": [{"role": "user", "content": "I am Ada Lovelace."}],
    }
    redaction.take(body)
    assert redaction.body["model"] == "claude-sonnet"
    assert redaction.body["messages"][0]["role"] == "user"
    assert "Lovelace" not in str(redaction.body)
    assert redaction.restored(redaction.body) == body


def test_a_whole_name_is_found_again_and_nothing_of_it_needs_an_escape() -> None:
    text = 'Ann Lee of 1 Oak Lane\nSpring "Hill" met Ann Lee'
    recognised = [(0, 7, "name"), (11, 34, "address")]
    finder = Finder((), (), lambda said: recognised if said == text else ())
    found = [(text[each.start : each.end], each.kind) for each in finder.find(text)]
    assert found == [
        ("Ann Lee", "name"),
        ("1 Oak Lane", "address"),
        ("Spring ", "address"),
        ("Hill", "address"),
        ("Ann Lee", "name"),
    ]
    assert [each.kind for each in finder.find("for Ann Lee only")] == ["name"]


def test_a_name_is_found_wherever_a_long_text_has_it(recogniser: Recogniser) -> None:
    filler = "The report lists what was decided and why it was decided so. "
    text = filler * 24
    # Where the text begins and ends, and where a window of 128 tokens does: each filler has twelve.
    for place in (len(filler) * each for each in (0, 7, 8, 10, 24)):
        said = f"{text[:place]}Please ask Grace Hopper about it. {text[place:]}"
        assert [said[a:b] for a, b, _ in recogniser.recognise(said)] == ["Grace Hopper"], place


@pytest.mark.parametrize("text", ["", " ", "\ud800 half of it", "🙂 " * 150, "한국어 텍스트 " * 40])
def test_any_text_is_read(recogniser: Recogniser, text: str) -> None:
    assert all(0 <= a < b <= len(text) for a, b, _ in recogniser.recognise(text))


def test_more_than_a_model_reads_in_a_call_is_refused() -> None:
    finder = Finder((), (), lambda text: ())
    assert finder.find("a b" * (MOST_READ // 3)) == []
    with pytest.raises(TooMuch):
        finder.find("c d" * (MOST_READ // 3))
    redaction = Redaction(Obliged(["open"]), b"s" * 32, (), lambda text: ())
    with pytest.raises(Invalid, match="has too much to look for personal data in: ask in parts"):
        redaction.take({"messages": ["e f" * MOST_READ]})


def test_without_the_model_patterns_work_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with without_recognition(monkeypatch, tmp_path):
        assert redaction.recognition().recognise is None
