"""One function.toml: what it may say, and that a refusal names the file and the field."""

from collections.abc import Callable
from pathlib import Path

import pytest

from shared.manifest import ManifestError, Manifests, load_manifests

GOOD = """
summary = "A function that exists to be changed."

[http]
routes        = ["/v1/things/**"]
cpu           = 1
memory        = "512Mi"
concurrency   = 20
max_instances = 20
timeout       = "30s"

[reactions]
schedules = { "assent.sweep.due.v1" = "* * * * *" }
attempts  = 10
backoff   = ["10s", "600s"]

[access]
firestore = "read-write"
postgres  = "none"
secrets   = ["things-signing-key"]
calls     = []
"""
HANDLES = '{"events": [], "timers": ["assent.thing.due.v1"]}'
Load = Callable[..., Manifests]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def load(text: str, handles: str | None = HANDLES) -> Manifests:
        folder = tmp_path / "functions" / "things"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "function.toml").write_text(text)
        if handles is not None:
            (folder / "handles.json").write_text(handles)
        return load_manifests(tmp_path)

    return load


def test_the_good_one_loads(load: Load) -> None:
    load(GOOD)


@pytest.mark.parametrize(
    ("good", "bad", "field"),
    [
        ('summary = "A function that exists to be changed."', "", "summary"),
        ('"A function that exists to be changed."', '"Short."', "summary"),
        ("[http]", "surprise = 1\n[http]", "surprise"),
        ("routes        =", "surprise = 1\nroutes        =", "http.surprise"),
        ('["/v1/things/**"]', "[]", "http.routes"),
        ('["/v1/things/**"]', '["/things/**"]', "http.routes.0"),
        ('["/v1/things/**"]', '["/v1/*/things"]', "http.routes.0"),
        ('["/v1/things/**"]', '["/v1/things/*s/end"]', "http.routes.0"),
        ('["/v1/things/**"]', '["/v1/things/**/end"]', "http.routes.0"),
        ('["/v1/things/**"]', '["/v1/Things"]', "http.routes.0"),
        ('["/v1/things/**"]', '["/v1/things/"]', "http.routes.0"),
        ('["/v1/things/**"]', '["/v1/things", "/v1/things"]', "http.routes"),
        ("cpu           = 1", "cpu           = 0", "http.cpu"),
        ("cpu           = 1", "cpu           = 9", "http.cpu"),
        ("cpu           = 1", "cpu           = 0.5", "http"),
        ('"512Mi"', '"512M"', "http.memory"),
        ('"512Mi"', "512", "http.memory"),
        ("concurrency   = 20", "concurrency   = 0", "http.concurrency"),
        ("concurrency   = 20", "concurrency   = 21", "http"),
        ('"512Mi"', '"511Mi"', "http"),
        ("max_instances = 20", "max_instances = 101", "http.max_instances"),
        ('"30s"', '"30"', "http.timeout"),
        ('"30s"', '"0s"', "http.timeout"),
        ('"30s"', '"30s\\n"', "http.timeout"),
        ("* * * * *", "* * * *", "reactions.schedules.assent.sweep.due.v1"),
        ("* * * * *", "60 * * * *", "reactions.schedules.assent.sweep.due.v1"),
        ("* * * * *", "*-5 * * * *", "reactions.schedules.assent.sweep.due.v1"),
        ("* * * * *", "9-5 * * * *", "reactions.schedules.assent.sweep.due.v1"),
        ("* * * * *", "* * 0 * *", "reactions.schedules.assent.sweep.due.v1"),
        ("* * * * *", "*/0 * * * *", "reactions.schedules.assent.sweep.due.v1"),
        ("* * * * *", "every minute or so", "reactions.schedules.assent.sweep.due.v1"),
        ("attempts  = 10", "attempts  = 4", "reactions.attempts"),
        ("attempts  = 10", "attempts  = 101", "reactions.attempts"),
        ('["10s", "600s"]', '["10s"]', "reactions.backoff.1"),
        ('["10s", "600s"]', '["600s", "10s"]', "reactions.backoff"),
        ('["10s", "600s"]', '["10s", "601s"]', "reactions.backoff"),
        ('"read-write"', '"write"', "access.firestore"),
        ('postgres  = "none"', "postgres  = 0", "access.postgres"),
        ('postgres  = "none"', "postgres  = 11", "access.postgres"),
        ('["things-signing-key"]', '["things_signing_key"]', "access.secrets.0"),
        ('["things-signing-key"]', '["a-key", "a-key"]', "access.secrets"),
        ("calls     = []", 'calls     = ["nobody"]', "access.calls"),
    ],
)
def test_a_refusal_names_the_file_and_the_field(
    load: Load, good: str, bad: str, field: str, tmp_path: Path
) -> None:
    assert good in GOOD
    with pytest.raises(ManifestError) as refusal:
        load(GOOD.replace(good, bad, 1))
    file = tmp_path / "functions" / "things" / "function.toml"
    assert str(refusal.value).startswith(f"{file}: {field}")


@pytest.mark.parametrize(
    ("handles", "field"),
    [
        ('{"events": ["thing.happened.v1"]}', "events.0"),
        ('{"events": ["assent.thing.happened"]}', "events.0"),
        ('{"events": ["assent.thing.happened.v0"]}', "events.0"),
        ('{"timers": ["assent.Thing.due.v1"]}', "timers.0"),
        ('{"timers": ["assent.thing.due.v1", "assent.thing.due.v1"]}', "timers"),
        ('{"surprise": []}', "surprise"),
        ("{", ""),
    ],
)
def test_what_is_handled_is_read_by_a_model_too(
    load: Load, handles: str, field: str, tmp_path: Path
) -> None:
    with pytest.raises(ManifestError) as refusal:
        load(GOOD, handles)
    file = tmp_path / "functions" / "things" / "handles.json"
    assert str(refusal.value).startswith(f"{file}: {field}")


def test_a_function_that_does_nothing_is_refused(load: Load) -> None:
    with pytest.raises(ManifestError, match=r"needs \[http\] or \[reactions\]"):
        load('summary = "Neither asked nor told."', None)


def test_a_private_side_without_its_generated_file_is_refused(load: Load) -> None:
    with pytest.raises(ManifestError, match=r"handles.json: is missing; run make schemas"):
        load(GOOD, None)


def test_a_summary_and_a_route_are_enough(load: Load) -> None:
    short = load('summary = "Answers, and nothing else."\nhttp.routes = ["/v1/things"]', None)
    (manifest,) = short.by_noun.values()
    assert manifest.http is not None
    assert (manifest.http.memory, manifest.http.timeout) == ("512Mi", "30s")
    assert (manifest.reactions, manifest.access.firestore) == (None, "none")


def test_what_is_no_toml_is_refused_with_its_file(load: Load, tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"function\.toml"):
        load("summary = ")
    (tmp_path / "functions" / "things" / "function.toml").write_bytes(b'summary = "\xff"')
    with pytest.raises(ManifestError, match=r"function\.toml"):
        load_manifests(tmp_path)


def test_every_problem_is_said_at_once(load: Load) -> None:
    with pytest.raises(ManifestError) as refusal:
        load(GOOD.replace('"512Mi"', '"much"').replace("attempts  = 10", "attempts  = 1"))
    assert "http.memory" in str(refusal.value)
    assert "reactions.attempts" in str(refusal.value)


@pytest.mark.parametrize(
    "cron", ["*/5 * * * *", "0 3 1,15 * 1-5", "30 23 * 12 7", "0-30/10 * * * *"]
)
def test_usual_crons_are_read(load: Load, cron: str) -> None:
    load(GOOD.replace("* * * * *", cron))


WRONG = """
* * * *|* * * * * *|60 * * * *|* 24 * * *|* * 0 * *|* * * 13 *|* * * * 8|5-1 * * * *|*/0 * * * *
a * * * *|1,,2 * * * *|-1 * * * *|* * * jan *|¹ * * * *|@daily|* * * * ?|0 0 30 2 *
"""


@pytest.mark.parametrize("cron", ["", *WRONG.strip().replace("\n", "|").split("|")])
def test_other_crons_are_refused(load: Load, cron: str) -> None:
    with pytest.raises(ManifestError, match="must be five cron fields"):
        load(GOOD.replace("* * * * *", cron))
