"""Specs of any form that the schema allows: names from small pools, so that they meet, and rights
mostly over what is declared."""

from typing import Any

from hypothesis import strategies as st

from events.catalogue import CATALOGUE, CONNECTORS
from events.effects import EFFECTS
from events.specs import CLASSIFICATIONS, RADII, SECTIONS

_SYSTEMS = ("desk", "vault", "Desk", "assent")
_OPERATIONS = (
    *("articles.read", "articles.publish", "articles.unpublish", "drafts.write", "payments.refund"),
    *("users.manage", "act", "unact", "verb_noun"),
)
_REFS = [f"{system}/{name}" for system in _SYSTEMS for name in (*_OPERATIONS, "*", "articles.*")]
_SOURCES = ("desk", "vault", "patients", "patience", "Patients", 'a ""', '"', "assent \"\" '' x")
_SENTENCES = ("", " ", '""', "Order the findings.", "Never asks anybody.", "der die das", "TBD")

sentences = st.sampled_from(_SENTENCES) | st.text("ab \n\"'\\", max_size=12)
_texts = st.lists(sentences, max_size=3)
_names = st.sampled_from(_OPERATIONS)
_touched = st.none() | st.lists(st.sampled_from(_SOURCES), min_size=1, max_size=2)


def _some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with some of the fields."""
    return st.fixed_dictionaries({}, optional=fields).map(
        lambda each: {name: value for name, value in each.items() if value is not None}
    )


limits = _some(
    per_run=st.integers(1, 3),
    per_day=st.integers(1, 3),
    up_to_usd=st.fixed_dictionaries(
        {
            "usd": st.sampled_from((1, 50.5, 20_000)),
            "argument": st.sampled_from(("amount", "total")),
            "currency": st.just("currency"),
        }
    ),
    only=st.dictionaries(
        st.sampled_from(("to", "cc")),
        st.lists(st.sampled_from("ab"), min_size=1, max_size=3),
        max_size=2,
    ),
)
# A number stands for one of the operations that are declared.
_places = st.integers(0, 9)
refs = st.sampled_from(_REFS) | _places | _places
_limited = st.builds(
    lambda ref, bounds: {"operation": ref, **bounds},
    st.sampled_from([ref for ref in _REFS if not ref.endswith("*")]) | _places | _places,
    limits,
)
rights = refs | _limited | _limited | _limited
operations = st.builds(
    lambda name, effect, rest: {"name": name, "effect": effect, **rest},
    _names,
    st.sampled_from((*EFFECTS, "change", "send", "pay", "pay")),
    _some(undo=_names, sources=_touched),
)
_system = st.builds(
    lambda name, rest: {"name": name, **rest},
    st.sampled_from(_SYSTEMS),
    _some(
        connector=st.sampled_from((*CONNECTORS, "none-such")),
        sources=_touched,
        operations=st.lists(operations, max_size=5),
    ),
)
_used_system = st.fixed_dictionaries(
    {
        "name": st.sampled_from(_SYSTEMS[:2]),
        "operations": st.lists(operations, min_size=1, max_size=4),
    },
)
_access = st.fixed_dictionaries(
    {
        "source": st.sampled_from(_SOURCES),
        "mode": st.sampled_from(("read", "write")),
        "classification": st.sampled_from(CLASSIFICATIONS),
    }
)


def with_names(entry: Any, of: dict[str, Any]) -> Any:
    """A right in which a declared operation of the spec stands for a number."""
    if isinstance(entry, dict):
        return {**entry, "operation": with_names(entry["operation"], of)}
    if isinstance(entry, str):
        return entry
    systems = of.get("systems", ())
    declared = [
        f"{each['name']}/{o['name']}" for each in systems for o in each.get("operations", ())
    ]
    return declared[entry % len(declared)] if declared else f"desk/{_OPERATIONS[0]}"


def _document(rest: dict[str, Any], used: dict[str, Any]) -> dict[str, Any]:
    rest = {**rest, **used}
    lists = rest.get("rights", {})
    named = {name: [with_names(each, rest) for each in lists[name]] for name in lists}
    return {"name": "some-agent", **rest, **({"rights": named} if named else {})}


documents = st.builds(
    _document,
    _some(
        purpose=sentences,
        instructions=sentences,
        industry=sentences,
        skills=st.lists(st.sampled_from(sorted(CATALOGUE)), max_size=4),
        scope=_some(**{"in": _texts, "out": _texts}),
        data_access=st.lists(_access, max_size=4),
        systems=st.lists(_system, max_size=3),
        rights=_some(
            alone=st.lists(rights, max_size=5),
            with_approval=st.lists(rights, max_size=4),
            never=st.lists(refs, max_size=2),
        ),
        escalation_triggers=_texts,
        interfaces=_some(
            inputs=_texts,
            outputs=_texts,
            depends_on=st.lists(st.sampled_from(("some-agent", "b", 'the "" agent', " "))),
        ),
        containment=_some(rollback=sentences, blast_radius=st.sampled_from(RADII)),
        budget=_some(per_run_usd=st.sampled_from((0, 0.5, 9)), per_day_usd=st.sampled_from((0, 5))),
        mode=st.sampled_from(("production", "trial")),
        way_of_working=_some(**dict.fromkeys(SECTIONS, sentences)),
    ),
    # What chance mostly leaves out: agents that act.
    st.just({})
    | st.fixed_dictionaries(
        {
            "systems": st.lists(_used_system, min_size=1, max_size=2),
            "data_access": st.lists(_access, min_size=1, max_size=4),
            "rights": st.fixed_dictionaries(
                {
                    "alone": st.lists(rights, min_size=1, max_size=5),
                    "with_approval": st.lists(rights, max_size=2),
                }
            ),
            "containment": st.just({"blast_radius": "tenant"}),
        }
    ),
)
