"""A language model's process is started when somebody asks it, replaced where it hangs or has died,
and not asked for by each caller anew where it does not start."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from shared.inference.brought import ModelRefusedError
from shared.inference.loading import ModelAbsentError
from shared.language.process import LanguageModel
from tests.shared.language.processes import (
    ANSWERS,
    FAILS,
    HANGS,
    REFUSES,
    SAYS_NOTHING,
    STOPS_WITHIN_ITS_LINE,
    noted,
    running,
)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    return tmp_path / "notes"


def test_one_process_serves_until_it_ends_and_then_another(notes: Path) -> None:
    model = LanguageModel("small", running(ANSWERS, notes))
    try:
        served = model.serve()
        assert model.serve() == served
        assert noted(notes) == ["started"]
        assert model._process is not None
        os.kill(model._process.pid, signal.SIGKILL)
        model._process.wait()
        assert model.serve() != served
        assert noted(notes) == ["started", "started"]
    finally:
        model.stop()


@pytest.mark.parametrize("script", [FAILS, SAYS_NOTHING, STOPS_WITHIN_ITS_LINE])
def test_a_start_that_failed_is_told_at_once_for_a_while(notes: Path, script: str) -> None:
    model = LanguageModel("small", running(script, notes), started_within=4.0, failed_for=60.0)
    began = time.monotonic()
    with pytest.raises(ModelAbsentError, match="does not start"):
        model.serve()
    assert time.monotonic() - began < 30
    for _ in range(20):
        with pytest.raises(ModelAbsentError, match="does not start"):
            model.serve()
    assert noted(notes) == ["started"]


def test_after_that_while_it_is_tried_again(notes: Path) -> None:
    model = LanguageModel("small", running(FAILS, notes), failed_for=0.0)
    for _ in range(2):
        with pytest.raises(ModelAbsentError, match="does not start"):
            model.serve()
    assert noted(notes) == ["started", "started"]


def test_all_who_wait_for_a_start_that_fails_are_told_by_one(notes: Path) -> None:
    model = LanguageModel("small", running(SAYS_NOTHING, notes), started_within=4.0)
    refused: list[ModelAbsentError] = []

    def ask() -> None:
        try:
            model.serve()
        except ModelAbsentError as error:
            refused.append(error)

    asking = [threading.Thread(target=ask) for _ in range(5)]
    for each in asking:
        each.start()
    for each in asking:
        each.join(30)
    assert len(refused) == 5
    assert noted(notes) == ["started"]


def test_why_its_files_are_refused_is_told_and_remembered(notes: Path) -> None:
    model = LanguageModel("small", running(REFUSES, notes))
    for _ in range(2):
        with pytest.raises(ModelRefusedError, match=r"^model\.onnx has the SHA-256 0$"):
            model.serve()
    assert noted(notes) == ["started"]


def test_a_process_that_hangs_is_ended_once_and_another_takes_its_place(notes: Path) -> None:
    model = LanguageModel("small", running(HANGS, notes))
    try:
        hung = model.serve()
        first = model._process
        assert first is not None
        model.replace(hung)
        assert first.poll() is not None
        served = model.serve()
        # Whoever finds out late that the first one hung does not end its successor.
        model.replace(hung)
        assert model.serve() == served
        assert noted(notes).count("started") == 2
    finally:
        model.stop()
