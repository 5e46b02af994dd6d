"""From any event, walking causes reaches the story's first event, and never a cycle."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.messaging.changes import Timer
from shared.messaging.envelope import Envelope
from shared.messaging.recorder import LastEvent, Recorder, last_event
from shared.messaging.timers import timer_event
from tests.shared.stories import NOW, OrderPlaced, caller

steps = st.lists(
    st.tuples(
        st.sampled_from(["command", "reaction", "timer"]),
        st.integers(0, 3),  # which subject
        st.integers(0, 50),  # which event is reacted to
        st.integers(1, 3),  # how many events the commit records
    ),
    min_size=1,
    max_size=25,
)


@dataclass
class Story:
    """Everything published so far, and each subject's latest."""

    log: list[Envelope] = field(default_factory=list)
    latest: dict[str, LastEvent] = field(default_factory=dict)

    def recorder(self, kind: str, subject: str, which: int) -> Recorder:
        latest = self.latest.get(subject)
        if kind == "reaction" and self.log:
            event = self.log[which % len(self.log)]
            return Recorder.for_reaction(function="orders", event=event)
        if kind == "timer" and latest is not None:
            timer = Timer("assent.order.due.v1", subject, NOW)
            event = timer_event("orders", "acme", timer, NOW)
            recorder = Recorder.for_timer(function="orders", event=event)
        else:
            recorder = Recorder.for_command(function="orders", caller=caller("acme"))
        recorder.cause = latest
        return recorder

    def commit(self, recorder: Recorder, subject: str, number: int) -> None:
        for _ in range(number):
            sequence = 1 + sum(event.subject == subject for event in self.log)
            event = recorder.record(subject=subject, sequence=sequence, data=OrderPlaced())
            self.log.append(event)
            self.latest[subject] = last_event(event)


@given(steps)
def test_walking_causes_reaches_the_event_the_correlation_names(
    told: list[tuple[str, int, int, int]],
) -> None:
    story = Story()
    for kind, subject, which, number in told:
        name = f"order/{subject}"
        story.commit(story.recorder(kind, name, which), name, number)
    by_id = {event.id: event for event in story.log}
    assert len(by_id) == len(story.log)
    for event in story.log:
        seen: set[str] = set()
        cause = event
        while cause.causationid != cause.id:
            assert cause.id not in seen
            seen.add(cause.id)
            cause = by_id[cause.causationid]
        assert cause.id == event.correlationid


@given(steps)
def test_sequences_of_a_subject_have_no_gaps(told: list[tuple[str, int, int, int]]) -> None:
    story = Story()
    for kind, subject, which, number in told:
        name = f"order/{subject}"
        story.commit(story.recorder(kind, name, which), name, number)
    for name in story.latest:
        sequences = [event.sequence for event in story.log if event.subject == name]
        assert sequences == list(range(1, len(sequences) + 1))


def test_a_storys_first_event_is_its_own_cause_and_causes_the_rest_of_its_commit() -> None:
    recorder = Recorder.for_command(function="orders", caller=caller("acme"))
    first = recorder.record(subject="order/1", sequence=1, data=OrderPlaced())
    second = recorder.record(subject="order/1", sequence=2, data=OrderPlaced())
    assert first.causationid == first.correlationid == first.id
    assert second.causationid == second.correlationid == first.id


def test_a_reaction_is_caused_by_what_it_reacts_to_and_not_by_its_subjects_latest() -> None:
    theirs = Recorder.for_command(function="bills", caller=caller("acme"))
    paid = theirs.record(subject="bill/1", sequence=1, data=OrderPlaced())
    ours = Recorder.for_reaction(function="orders", event=paid)
    event = ours.record(subject="order/1", sequence=7, data=OrderPlaced())
    assert (event.causationid, event.correlationid) == (paid.id, paid.correlationid)
    assert (event.source, event.actorid) == ("//assent/orders", "service:orders")
    assert event.tenantid == "acme"


def test_a_timers_events_are_caused_by_the_subjects_latest() -> None:
    latest = LastEvent(id="evt_latest", correlation_id="evt_first")
    timer = timer_event("orders", "acme", Timer("assent.order.due.v1", "order/1", NOW), NOW)
    recorder = Recorder.for_timer(function="orders", event=timer)
    recorder.cause = latest
    event = recorder.record(subject="order/1", sequence=2, data=OrderPlaced())
    assert (event.causationid, event.correlationid) == ("evt_latest", "evt_first")


def test_an_event_says_who_when_and_what() -> None:
    at = NOW + timedelta(milliseconds=5)
    recorder = Recorder.for_command(
        function="orders", caller=caller("acme", principal="ana", at=at)
    )
    event = recorder.record(subject="order/1", sequence=1, data=OrderPlaced(content="ü"))
    assert (event.actorid, event.tenantid, event.time) == ("ana", "acme", at)
    assert event.type == "assent.order.placed.v1"
    assert event.data == '{"order_id":"ord_1","content":"ü"}'


def test_an_id_chosen_before_is_kept() -> None:
    recorder = Recorder.for_command(function="orders", caller=caller("acme"))
    event = recorder.record(subject="order/1", sequence=1, data=OrderPlaced(), id="evt_chosen")
    assert event.id == event.correlationid == "evt_chosen"


def test_what_is_no_event_payload_cannot_be_recorded() -> None:
    recorder = Recorder.for_command(function="orders", caller=caller("acme"))
    with pytest.raises(AttributeError):
        recorder.record(subject="order/1", sequence=1, data=LastEvent(id="a", correlation_id="b"))
