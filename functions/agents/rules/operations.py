"""The effects of external systems' operations, by their verbs."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from functions.agents.rules.language.folding import stem, words
from functions.agents.rules.spec import ExternalSystem, Spec

Effect = Literal["read", "write", "send", "commit", "other"]

_EFFECTS: dict[Effect, str] = {
    "read": "read get list search query fetch export download lookup view find select retrieve "
    "poll "
    "watch count",
    "write": "write create update delete insert put patch upsert edit modify remove set append "
    "overwrite merge import upload archive add close replace assign change save",
    "send": "send publish post notify reply forward email message release share broadcast tweet "
    "announce submit deliver dispatch call sms",
    "commit": "pay transfer refund charge buy purchase order trade sell sign approve execute "
    "deploy "
    "settle disburse issue cancel void book reserve start stop terminate",
}
_BY_VERB: dict[str, Effect] = {
    verb: effect for effect, verbs in _EFFECTS.items() for verb in verbs.split()
}
# Only proposals: writing them changes nothing that anybody relies on.
_PROPOSALS = frozenset(
    stem(word)
    for word in [
        "draft",
        "proposal",
        "suggestion",
        "preview",
        "sandbox",
        "staging",
        "comment",
        "annotation",
        "note",
        "scratch",
        "outline",
        "candidate",
        "recommendation",
    ]
)


class Operation(NamedTuple):
    """One operation of one system. `path` is its JSON Pointer."""

    path: str
    system: ExternalSystem
    name: str
    effect: Effect
    on_proposals: bool

    @property
    def reaches_out(self) -> bool:
        """Whether somebody or something outside notices it."""
        return self.effect in ("send", "commit") and not self.on_proposals

    @property
    def changes(self) -> bool:
        """Whether it changes something that others rely on."""
        return self.effect in ("write", "send", "commit") and not self.on_proposals


def operations(spec: Spec) -> Iterator[Operation]:
    """Every operation that the spec names, with its effect; an unknown verb is `other`."""
    for index, system in enumerate(spec.external_systems):
        for number, name in enumerate(system.operations):
            path = f"/external_systems/{index}/operations/{number}"
            yield Operation(path, system, name, _effect(name), _on_proposals(name))


def _effect(name: str) -> Effect:
    for word in reversed(words(name)):
        for form in (word, word.removesuffix("s"), word.removesuffix("es"), word.removesuffix("d")):
            if form in _BY_VERB:
                return _BY_VERB[form]
    return "other"


def _on_proposals(name: str) -> bool:
    said = words(name)
    return any(stem(word) in _PROPOSALS for word in said) and not {"publish", "release"} & set(said)
