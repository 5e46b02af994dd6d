"""Files become text by page, and what is made to harm its reader is refused."""

import io
import zipfile

import pytest

from functions.knowledge.reading import formats, process
from functions.knowledge.reading.formats import Unreadable, chunks, read
from functions.knowledge.reading.process import read_file

PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def pdf(*pages: str) -> bytes:
    """A PDF with one line on each page."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    parts = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, text in enumerate(pages):
        drawn = f"BT /F1 11 Tf 50 750 Td ({text}) Tj ET"
        parts.append(
            "<< /Type /Page /Parent 2 0 R /Resources << /Font << /F1 3 0 R >> >>"
            f" /MediaBox [0 0 612 792] /Contents {5 + 2 * number} 0 R >>"
        )
        parts.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream")
    objects = (f"{number} 0 obj\n{part}\nendobj\n" for number, part in enumerate(parts, 1))
    return f"%PDF-1.4\n{''.join(objects)}trailer << /Root 1 0 R >>\n%%EOF".encode()


def archive(**parts: bytes) -> bytes:
    """A ZIP with these parts of `word/`, as XML."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as found:
        for name, content in parts.items():
            found.writestr(f"word/{name}.xml", content)
    return written.getvalue()


def test_a_pdf_has_its_pages() -> None:
    pages = read(PDF, pdf("three years", "to Bergen"))
    assert [each.text.strip() for each in pages] == ["three years", "to Bergen"]


@pytest.mark.parametrize(
    ("media_type", "content", "why"),
    [
        (PDF, b"%PDF-1.4\nnonsense", "its PDF is broken"),
        (PDF, pdf("one", "two").replace(b"6 0 obj", b"9 0 obj"), "its PDF is broken"),
        (PDF, pdf(""), "it has no text"),
        ("text/plain", b"\xff\xfe", "it is no UTF-8"),
        ("text/plain", b" \n ", "it has no text"),
        ("image/png", b"", "nothing reads image/png"),
        (WORD, b"PK\x03\x04nonsense", "its archive is broken"),
        (WORD, archive(document=b'<!DOCTYPE x [<!ENTITY a "ha">]><x>&a;</x>'), "document type"),
        (WORD, archive(document="<!DOCTYPE x>".encode("utf-16-le")), "document type"),
    ],
    ids=str,
)
def test_what_is_refused_says_why(media_type: str, content: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read(media_type, content)


def test_html_is_text_whatever_it_says_of_its_file() -> None:
    (page,) = read("text/html", '<meta charset="iso-8859-1"><p>Für Bärbel</p>'.encode())
    assert page.text.strip() == "Für Bärbel"


def test_an_archive_that_is_no_office_file_is_not_read_file_by_file() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as found:
        found.writestr("notes.txt", "Three years.")
    with pytest.raises(Unreadable, match="its docx is broken"):
        read(WORD, written.getvalue())


def test_an_archive_that_unpacks_to_too_much_is_not_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(formats, "MOST_UNPACKED_BYTES", 10_000)
    with pytest.raises(Unreadable, match="unpacks to more"):
        read(WORD, archive(document=b"0" * 20_000))


def test_a_long_pdf_and_a_long_text_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "MOST_PAGES", 1)
    with pytest.raises(Unreadable, match="2 pages"):
        read(PDF, pdf("one", "two"))
    monkeypatch.setattr(formats, "MOST_CHARACTERS", 5)
    with pytest.raises(Unreadable, match="5 characters"):
        read("text/plain", b"too long")


def test_headings_count_as_often_as_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"# {'word ' * 30}\n" + "Some text of a sentence. " * 200
    pages = read("text/markdown", text.encode())
    monkeypatch.setattr(formats, "MOST_CHARACTERS", len(text) + 200)
    with pytest.raises(Unreadable, match="headings of each chunk"):
        chunks("text/markdown", pages)
    monkeypatch.setattr(formats, "MOST_CHUNKS", 2)
    with pytest.raises(Unreadable, match="more than 2 chunks"):
        chunks("text/markdown", pages)


async def test_a_reader_that_says_too_much_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    text = b"Reports are sent. " * 10
    said = await read_file("text/plain", text)
    assert [each.text for each in said.chunks] == [text.decode().strip()]
    monkeypatch.setattr(process, "MOST_ANSWERED_BYTES", 100)
    with pytest.raises(Unreadable, match="larger than a document may be"):
        await read_file("text/plain", text)


async def test_a_file_reads_within_the_limits_of_its_process() -> None:
    html = b"<h1>Pumps</h1><p>Three years.</p>"
    said = await read_file("text/html", html)
    assert [(each.heading, each.text) for each in said.chunks] == [("Pumps", "Three years.")]


def test_what_no_page_shows_is_left_out() -> None:
    (page,) = read("text/plain", "a\x00b\r\nc\ufffed".encode())
    assert page.text == "ab\ncd"
