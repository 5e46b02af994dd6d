"""The text of a file by its type: what a process of its own does, with nothing to lose.

Office files and HTML become Markdown (markitdown), PDFs the text of each page (pypdfium2)."""

import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from functions.knowledge.rules.chunks import (
    LONGEST_HEADING,
    MOST_CHUNKS,
    Chunk,
    Page,
    chunks_of,
)

Read = Callable[[bytes], list[Page]]

PDF = "application/pdf"

MOST_PAGES = 2_000
MOST_CHARACTERS = 8_000_000
# Of what an Office file unpacks to.
MOST_UNPACKED_BYTES = 200 * 1024 * 1024
MOST_PARTS = 5_000
_OFFICE = "application/vnd.openxmlformats-officedocument."
_SLIDE = re.compile(r"^<!-- Slide number: \d+ -->\s*", re.MULTILINE)
# Entities of XML expand without end; no program of Office writes a document type.
_DOCTYPES = tuple("<!DOCTYPE".encode(each) for each in ("utf-8", "utf-16-le", "utf-16-be"))
# What no page shows, but PDFs have: a hyphen at a line's end, and characters of control.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_LONE = re.compile("[\ud800-\udfff]")


class Unreadable(Exception):
    """The file cannot be read; its text says why, for whoever sent it."""


def read(media_type: str, content: bytes) -> list[Page]:
    """The pages of the file. Raises Unreadable."""
    reader = READERS.get(media_type)
    if reader is None:
        raise Unreadable(f"nothing reads {media_type}: upload a PDF, or its text")
    pages = [Page(_clean(text), tuple(map(_clean, headings))) for text, headings in reader(content)]
    if not any(each.text.strip() for each in pages):
        raise Unreadable("it has no text: a scan needs its text recognised before")
    if sum(len(each.text) for each in pages) > MOST_CHARACTERS:
        raise Unreadable(f"it has more than {MOST_CHARACTERS} characters: split it")
    return pages


def chunks(media_type: str, pages: Sequence[Page]) -> list[Chunk]:
    """The chunks of what was read. Raises Unreadable where they are too many, or too long with
    the headings that stand before each."""
    found = chunks_of(pages, has_headings=media_type != PDF)
    if len(found) > MOST_CHUNKS:
        raise Unreadable(f"it has more than {MOST_CHUNKS} chunks: split it")
    if sum(len(each.searched) for each in found) > MOST_CHARACTERS:
        told = f"it has more than {MOST_CHARACTERS} characters with the headings of each chunk"
        raise Unreadable(f"{told}: split it, or shorten its headings")
    return found


def _plain(content: bytes) -> list[Page]:
    try:
        return [Page(content.decode("utf-8-sig"))]
    except UnicodeDecodeError:
        raise Unreadable("it is no UTF-8 text: save it as UTF-8") from None


def _pdf(content: bytes) -> list[Page]:
    import pypdfium2

    try:
        return _pages_of(pypdfium2.PdfDocument(content))
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        why = "it needs a password: upload one without" if locked else "its PDF is broken"
        raise Unreadable(why) from None


def _pages_of(document: Any) -> list[Page]:
    if len(document) > MOST_PAGES:
        raise Unreadable(f"it has {len(document)} pages, and {MOST_PAGES} are read: split it")
    headings = _outline(document)
    pages: list[Page] = []
    current: list[str] = []
    for number in range(len(document)):
        page = document[number]
        text = page.get_textpage().get_text_range()
        current = headings.get(number, current)
        pages.append(Page(text, tuple(current)))
        page.close()
    return pages


def _outline(document: Any) -> dict[int, list[str]]:
    """The titles of the outline that begin on each page, the innermost last."""
    found: dict[int, list[str]] = {}
    path: list[str] = []
    for each in document.get_toc(max_depth=4):
        target = each.get_dest()
        title = (each.get_title() or "").strip()[:LONGEST_HEADING]
        path = [*path[: each.level], title][:4]
        if target is not None and title:
            found.setdefault(target.get_index(), list(path))
    return found


def _markdown(extension: str, converter: str) -> Read:
    def convert(content: bytes) -> list[Page]:
        from markitdown import MarkItDown, MarkItDownException, StreamInfo, converters

        # None but its own: what that cannot read is no file of the type, and others would read
        # each file that an archive holds.
        reader = MarkItDown(enable_builtins=False, enable_plugins=False)
        reader.register_converter(getattr(converters, converter)())
        # HTML is given as text, whatever its own `meta` says of the file that it was.
        said = StreamInfo(extension=extension, charset="utf-8")
        try:
            text = reader.convert_stream(io.BytesIO(content), stream_info=said).markdown
        except (MarkItDownException, KeyError, ValueError, OSError):
            raise Unreadable(f"its {extension[1:]} is broken") from None
        return [Page(text)]

    return convert


def _office(extension: str, converter: str) -> Read:
    convert = _markdown(extension, converter)

    def checked(content: bytes) -> list[Page]:
        _check_parts(content)
        pages = convert(content)
        if extension != ".pptx":
            return pages
        slides = _SLIDE.split(pages[0].text)
        return [Page(each) for each in slides[1:]] or pages

    return checked


def _check_parts(content: bytes) -> None:
    """Raises Unreadable for an archive that unpacks to too much, or whose XML has entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            unpacked = sum(each.file_size for each in parts)
            if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED_BYTES:
                raise Unreadable("it unpacks to more than any document has")
            for each in parts:
                if not each.filename.lower().endswith((".xml", ".rels", ".vml")):
                    continue
                with archive.open(each) as part:
                    beginning = part.read(each.file_size)
                if any(mark in beginning for mark in _DOCTYPES):
                    raise Unreadable("its XML declares a document type, which no Office file has")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        raise Unreadable("its archive is broken, or needs a password") from None


def _clean(text: str) -> str:
    return _LONE.sub("\ufffd", _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


READERS: Mapping[str, Read] = {
    "text/plain": _plain,
    "text/markdown": _plain,
    "text/csv": _plain,
    "application/json": _plain,
    "text/html": _markdown(".html", "HtmlConverter"),
    PDF: _pdf,
    f"{_OFFICE}wordprocessingml.document": _office(".docx", "DocxConverter"),
    f"{_OFFICE}spreadsheetml.sheet": _office(".xlsx", "XlsxConverter"),
    f"{_OFFICE}presentationml.presentation": _office(".pptx", "PptxConverter"),
}
