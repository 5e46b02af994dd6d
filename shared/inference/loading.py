"""Loads the files of models; imports what runs them when the first one is loaded."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer


class ModelAbsentError(RuntimeError):
    """The files of a model are not there, or do not belong together."""


def find_file(file: Path, model: str) -> Path:
    """The file. Raises ModelAbsentError if `make setup` has not made it; `model` says what it is
    of."""
    if not file.is_file():
        raise ModelAbsentError(f"The model of {model} is not there ({file}): make setup makes it.")
    return file


def open_session(file: Path, threads: int | None = None) -> "InferenceSession":
    """A session of the graph in that file, whose weights may lie beside it; each call computes on
    that many threads, or on as many as this process has processors. Any number of threads may use
    it. Raises ModelAbsentError where onnxruntime is not installed."""
    try:
        from onnxruntime import InferenceSession, SessionOptions
    except ImportError as missing:
        raise ModelAbsentError(
            "onnxruntime is not installed: nothing runs models here."
        ) from missing
    options = SessionOptions()
    options.intra_op_num_threads = threads or processors()
    # A thread that waits in a loop takes the processor from the one that makes the next call.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # It is given the file, because it keeps a copy of a graph that it is given as bytes.
    return InferenceSession(file, options, providers=["CPUExecutionProvider"])


def open_tokenizer(words: bytes, longest: int | None = None) -> "Tokenizer":
    """A tokenizer that pads nothing and cuts after the `longest` number of tokens, or nowhere."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_buffer(words)
    tokenizer.no_padding()
    if longest is None:
        tokenizer.no_truncation()
    else:
        tokenizer.enable_truncation(longest)
    return tokenizer


def whole(text: str) -> str:
    """The text with a question mark for each half character, which a str can hold and no tokenizer
    takes."""
    return text.encode(errors="replace").decode()


def processors() -> int:
    """How many this process may use: onnxruntime takes as many threads as the machine has cores."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
