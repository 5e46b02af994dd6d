"""Which texts of a model are changed, and as whose."""

from typing import Annotated

from pydantic import StringConstraints

from shared.kit.models import Data
from shared.kit.personal import (
    Personal,
    PersonalText,
    RequestersText,
    changed_fields,
    changed_texts,
    is_person,
)


class Remark(Data):
    by: str
    note: PersonalText = ""


class Tree(Data):
    label: str
    below: "Tree | None" = None
    remark: Remark | None = None


class Request(Data):
    requested_by: str
    author: str = "paul"
    summary: RequestersText
    reason: PersonalText | None = None
    links: tuple[PersonalText, ...] = ()
    remarks: tuple[Remark, ...] = ()
    why: Annotated[str, StringConstraints(max_length=40), Personal(of="author")] = ""
    title: str = "as it is"
    inner: "Inner | None" = None


class Inner(Data):
    text: RequestersText


Request.model_rebuild()
Tree.model_rebuild()

WHOLE = Request(
    requested_by="mara",
    summary="s",
    reason="r",
    links=("a", "b"),
    remarks=(Remark(by="paul", note="n"), Remark(by="paul")),
    why="w",
    inner=Inner(text="i"),
)


def told(text: str, subject: str) -> str:
    return f"{subject}:{text}"


def test_each_marked_text_is_changed_as_its_subjects_and_no_other_is() -> None:
    changed = changed_texts(WHOLE, "gala", told)
    assert changed == Request(
        requested_by="mara",
        summary="mara:s",
        reason="gala:r",
        links=("gala:a", "gala:b"),
        # An empty text says nothing of anybody.
        remarks=(Remark(by="paul", note="gala:n"), Remark(by="paul")),
        why="paul:w",
        inner=Inner(text="mara:i"),
    )


def test_what_a_function_writes_is_nobodys() -> None:
    changed = changed_texts(WHOLE, "service:approvals", told)
    assert (changed.reason, changed.remarks[0].note) == ("r", "n")
    assert (changed.summary, changed.why) == ("mara:s", "paul:w")
    assert not is_person("service:agents")
    assert not is_person("")


def test_a_model_without_such_texts_stays_the_same_one() -> None:
    bare = Remark(by="paul")
    assert changed_texts(bare, "gala", told) is bare
    tree = Tree(label="a", below=Tree(label="b"))
    assert changed_texts(tree, "gala", told) is tree


def test_a_model_that_holds_its_own_kind_is_followed_down() -> None:
    tree = Tree(label="a", below=Tree(label="b", remark=Remark(by="paul", note="n")))
    changed = changed_texts(tree, "gala", told)
    assert changed.below is not None
    assert changed.below.remark == Remark(by="paul", note="gala:n")


def test_the_fields_of_an_event_are_changed_as_in_its_model() -> None:
    fields = {"reason": "r", "title": "t", "inner": Inner(text="i")}
    changed = changed_fields(Request, fields, WHOLE, "gala", told)
    assert changed == {"reason": "gala:r", "title": "t", "inner": Inner(text="mara:i")}


def test_a_mark_is_shown_in_the_schema() -> None:
    properties = Request.model_json_schema()["properties"]
    assert properties["summary"]["x-personal"] is True
    assert "x-personal" not in properties["title"]
