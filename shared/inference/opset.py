"""The version of ONNX's operators that a graph is written in, read from its file without the rest
of it: onnxruntime does not tell, and `onnx` is in no image."""

import os
from pathlib import Path
from typing import BinaryIO

# Fields of ModelProto and OperatorSetIdProto
# (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
_OPSET_IMPORT, _DOMAIN, _VERSION = 8, 1, 2
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_OWN_DOMAINS = ("", "ai.onnx")
_LONGEST_IMPORT = 1_000


class NoGraph(ValueError):
    """The file is no model in ONNX."""


def opset_of(file: Path) -> int:
    """The version of ONNX's own operators. Raises NoGraph for a file without one."""
    with file.open("rb") as opened:
        size = _size(opened)
        while opened.tell() < size:
            field, kind = _key(opened)
            if field == _OPSET_IMPORT and kind == _BYTES:
                found = _import(opened, _length(opened))
                if found is not None:
                    return found
            else:
                _skip(opened, kind)
    raise NoGraph(f"{file.name} names no version of ONNX's operators")


def _import(opened: BinaryIO, length: int) -> int | None:
    """The version of one import; None where it is of operators of somebody else."""
    if length > _LONGEST_IMPORT:
        raise NoGraph("an import of operators is longer than any is")
    end = opened.tell() + length
    domain, version = "", 0
    while opened.tell() < end:
        field, kind = _key(opened)
        if field == _DOMAIN and kind == _BYTES:
            domain = opened.read(_length(opened)).decode(errors="replace")
        elif field == _VERSION and kind == _VARINT:
            version = _varint(opened)
        else:
            _skip(opened, kind)
    return version if domain in _OWN_DOMAINS else None


def _key(opened: BinaryIO) -> tuple[int, int]:
    key = _varint(opened)
    return key >> 3, key & 7


def _varint(opened: BinaryIO) -> int:
    value = 0
    for place in range(10):
        byte = opened.read(1)
        if not byte:
            break
        value |= (byte[0] & 0x7F) << (7 * place)
        if byte[0] < 0x80:
            return value
    raise NoGraph("it is no model in ONNX")


def _length(opened: BinaryIO) -> int:
    """How many bytes follow. Raises NoGraph for more than the file has."""
    length = _varint(opened)
    if length > _size(opened) - opened.tell():
        raise NoGraph("it says that more follows than the file has")
    return length


def _size(opened: BinaryIO) -> int:
    return os.fstat(opened.fileno()).st_size


def _skip(opened: BinaryIO, kind: int) -> None:
    if kind == _VARINT:
        _varint(opened)
    elif kind == _BYTES:
        opened.seek(_length(opened), 1)
    elif kind in (_FIXED32, _FIXED64):
        opened.seek(4 if kind == _FIXED32 else 8, 1)
    else:
        raise NoGraph("it is no model in ONNX")
