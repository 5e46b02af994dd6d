"""Which sentences say most of a text, and what comes next in a series."""

import math
import time

import numpy as np
import pytest

from functions.models.rules.forecast import forecast
from functions.models.rules.summary import most_telling, sentences_of
from shared.embeddings.embedder import Embedder

WEEK = (120.0, 130.0, 128.0, 140.0, 90.0, 20.0, 15.0)
TEXT = (
    "The clinic lets an agent send laboratory reports to patients. "
    "Every report needs the approval of a doctor before it is sent. "
    "A doctor approves or refuses each report on the phone. "
    "The cafeteria serves soup on Tuesdays. "
    "Reports that no doctor approved within a day are not sent to patients. "
    "Parking is free after six."
)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        (
            "Version 3.2 costs 1.50 dollars. It runs.",
            ["Version 3.2 costs 1.50 dollars.", "It runs."],
        ),
        ('He said "Stop." Then he left.', ['He said "Stop.', "Then he left."]),
        ("A title\n\nA paragraph. Its end", ["A title", "A paragraph.", "Its end"]),
        ("A title \r\n \t\r\n\n and more", ["A title", "and more"]),
        ("これは文です。次の文です。", ["これは文です。", "次の文です。"]),
        ("1. Read it.\n2. Write it.", ["1. Read it.", "2. Write it."]),
        ("no end", ["no end"]),
        (" \n\n … - ", []),
    ],
)
def test_a_text_has_its_sentences(text: str, sentences: list[str]) -> None:
    found = sentences_of(text)
    assert [each.text for each in found] == sentences
    assert [text[each.start : each.end] for each in found] == sentences


@pytest.mark.parametrize(
    "blanks", [" " * 50_000, "\n" + " " * 50_000, " \n" * 20_000, ".) " * 20_000]
)
def test_a_text_of_blanks_is_read_once(blanks: str) -> None:
    """Reading it once for each blank would take a minute of a processor."""
    before = time.process_time()
    found = sentences_of(f"one.{blanks}two")
    assert {each.text.rstrip(".) ")[-3:] for each in found} <= {"one", "two"}
    assert time.process_time() - before < 5


def test_a_summary_is_what_most_of_the_text_is_about_in_its_order() -> None:
    sentences = [each.text for each in sentences_of(TEXT)]
    chosen = most_telling(Embedder.load().embed_all(sentences), 3)
    assert chosen == sorted(chosen)
    assert len(chosen) == 3
    assert not {3, 5} & set(chosen)


def test_of_sentences_that_say_the_same_one_is_chosen() -> None:
    vectors = np.eye(4, dtype=np.float32)[[0, 0, 0, 1]]
    assert most_telling(vectors, 4) == [0, 3]
    assert most_telling(np.eye(1, dtype=np.float32), 5) == [0]
    assert most_telling(np.eye(3, dtype=np.float32), 2) == [0, 1]


def test_a_series_that_rises_and_repeats_goes_on_so() -> None:
    rising = [50 + 2.0 * day + WEEK[day % 7] for day in range(70)]
    told = forecast(rising[:56], 7, 14)
    assert told.method == "holt_winters"
    assert told.held_out == 7
    assert told.values == pytest.approx(rising[56:], rel=0.02)
    # The last season stays behind by a week of rising.
    assert told.errors["seasonal_naive"] == pytest.approx(14)
    assert told.errors["holt_winters"] < 1


def test_a_series_that_only_repeats_is_forecast_by_its_last_season() -> None:
    told = forecast([*WEEK] * 4, 7, 9)
    assert told.values == pytest.approx((*WEEK, *WEEK[:2]))
    assert told.errors["seasonal_naive"] == 0


def test_with_noise_the_smoothed_one_is_nearer_than_the_last_season() -> None:
    draw = np.random.default_rng(3)
    shape = [10 + 5 * math.sin(2 * math.pi * hour / 24) for hour in range(24)]
    series = [shape[hour % 24] + float(draw.normal(0, 1)) for hour in range(24 * 15)]
    told = forecast(series[:-24], 24, 24)
    off = np.abs(np.array(told.values) - shape).mean()
    assert told.method == "holt_winters"
    assert off < 0.7
    assert told.errors["holt_winters"] < told.errors["seasonal_naive"]


@pytest.mark.parametrize(
    ("values", "season"), [([5.0] * 10, 1), ([0.0] * 30, 10), ([1e15] * 12, 4)]
)
def test_a_series_that_never_changes_does_not_change(values: list[float], season: int) -> None:
    assert forecast(values, season, 3).values == pytest.approx(values[:3])
