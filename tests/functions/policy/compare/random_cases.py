"""Random policies with requests and entities, all valid under one schema."""

import re
from random import Random
from typing import Any, TypeVar

from shared.kit.errors import PolicyInvalid
from shared.policy.engine import Policies
from shared.policy.requests import Request, Uid
from shared.policy.schema import Schema
from shared.policy.sources import Source

SCHEMA = Schema(
    """
    entity Tenant, Role;
    entity Kind enum ["draft", "final"];
    entity Workspace in [Workspace, Tenant];
    entity User in [Role, Tenant] {
      name: String, age?: Long, manager?: User, skills: Set<String>, active: Bool
    };
    entity Agent in [Tenant] { owner: User, limits: { calls: Long, note?: String } };
    entity Doc in [Workspace] {
      owner: User, title: String, size: Long, tags: Set<String>, readers: Set<User>,
      numbers: Set<Long>, kind: Kind, meta: { reviewed: Bool, score?: Long }
    };
    action "all";
    action "read" in ["all"] appliesTo {
      principal: [User, Agent], resource: [Doc], context: { amount: Long, ip?: String, mfa: Bool }
    };
    action "write", "pay" in ["all"] appliesTo {
      principal: [User], resource: [Doc, Workspace],
      context: { amount: Long, ip?: String, mfa: Bool }
    };
    """
)
T = TypeVar("T")
IDS = {
    "Tenant": ("t1", "t2"),
    "Role": ("admin", "reader"),
    "Kind": ("draft", "final"),
    "Workspace": ("w1", "w2", "w3"),
    "User": ("ann", "bob", "cy"),
    "Agent": ("a1",),
    "Doc": ("d1", "d2"),
}
WORDS = ("", "a", "ab", "abc", "b*c", "ä\\", '"q"', "secret plan")
NUMBERS = (-(2**63), -7, -1, 0, 1, 2, 3, 500, 501, 2**62, 2**63 - 1)
GROUPS = ("Tenant", "Role", "Workspace")
# What a policy is written of; a `$part` stands for one of the part's own texts.
PARTS = {
    "effect": (
        "permit", "permit", "permit", '@log("it") permit', '@redact("name") permit', "forbid",
        "forbid",
    ),
    "principal": (
        "principal", "principal is User", 'principal in Role::"admin"',
        'principal == User::"ann"', 'principal is User in Tenant::"t1"',
    ),
    "action": (
        "action", 'action == Action::"pay"', 'action in Action::"all"',
        'action in [Action::"read", Action::"write"]',
    ),
    "resource": (
        "resource", "resource is Doc", 'resource in Workspace::"w1"', 'resource in Tenant::"t2"',
    ),
    "more": ("", "when { $anywhere }"),
    # On every principal and resource.
    "anywhere": (
        "context.mfa", "principal is Agent && principal.limits.calls > 2",
        'principal is Agent && principal.owner in Role::"reader"',
        'context has ip && context.ip like "a*c"', "context.amount <= $number",
        'principal is Agent && principal.limits has note && principal.limits.note == "ab"',
    ),
    "order": ("<", "<=", ">", ">=", "==", "!="),
    "equality": ("==", "!="),
    "factor": ("-1", "2", "3"),
    "text": (
        "principal.name", "resource.title", "$quoted",
        "(if $bool0 then principal.name else $quoted)",
    ),
    "pattern": ('"a*"', '"*c"', '"*"', '"b\\**"', '""', '"*e*p*"', '"ä*"'),
    "user": (
        "principal", "resource.owner", 'User::"bob"',
        "(if $bool0 then principal else resource.owner)",
    ),
    "users": ("resource.readers", '[User::"ann", User::"cy"]', "[resource.owner]"),
    "set": (
        "resource.tags", "principal.skills", "[$text]", "[$text, $text]", "[$text, $text, $text]",
        "(if context.mfa then resource.tags else principal.skills)",
    ),
}  # fmt: skip
CONNECTED = (
    "($bool) && ($bool)", "($bool) || ($bool)", "!($bool)", "if $bool then $bool else ($bool)",
)  # fmt: skip
COMPARISONS = (
    "$long2 $order $long2", "$text $equality $text", "$text like $pattern",
    "$user $equality $user", "$user in $group", "resource in $group", "$user in $users",
    'resource.kind == Kind::"draft"', "$users.contains($user)", "$set.contains($text)",
    "$set.containsAll($set)", "$set.containsAny($set)", "$set == $set", "resource.tags.isEmpty()",
    "resource.numbers.contains($long1)", "principal has age && principal.age < $long1",
    "principal has manager && principal.manager == $user",
    "resource.meta has score && resource.meta.score > $long1",
    "resource.meta == {reviewed: true, score: 1}", "context == {amount: 1, mfa: true}",
)  # fmt: skip
SUMS = (
    "$long0", "($long_ + $long_)", "($long_ - $long_)", "($long_ * $factor)", "(-$long0)",
    "(if $bool0 then $long0 else $long0)",
)  # fmt: skip
_PART = re.compile(r"\$([a-z]+)([0-9]?)")


class Cases:
    """Random policies and cases; the same seed gives the same ones."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def policies(self, most: int = 5) -> str:
        """The text of one to five policies, valid under the schema."""
        while True:
            count = self._random.randint(1, most)
            text = "\n".join(self._policy() for _ in range(count))
            try:
                Policies.of(SCHEMA, [Source("random", text)], [], "1")
            except PolicyInvalid:
                continue
            return text

    def request(self) -> tuple[Request, list[dict[str, Any]]]:
        """A request, and entities among which every one that is named exists."""
        action = self._one("read", "write", "pay")
        principal = self._one("User", "Agent") if action == "read" else "User"
        resource = "Doc" if action == "read" else self._one("Doc", "Workspace")
        context: dict[str, Any] = {"amount": self._one(*NUMBERS), "mfa": self._chance()}
        if self._chance():
            context["ip"] = self._one(*WORDS)
        request = Request(self._uid(principal), action, self._uid(resource), context)
        return request, [self._entity(kind, name) for kind, ids in IDS.items() for name in ids]

    def _one(self, *choices: T) -> T:
        return self._random.choice(choices)

    def _chance(self) -> bool:
        return self._random.random() < 0.5

    def _some(self, choices: tuple[Any, ...]) -> list[Any]:
        return self._random.sample(choices, self._random.randint(0, len(choices)))

    def _uid(self, kind: str) -> Uid:
        return Uid(kind, self._one(*IDS[kind]))

    def _entity(self, kind: str, name: str) -> dict[str, Any]:
        uid = Uid(kind, name).as_json()
        return {"uid": uid, "attrs": self._attributes(kind), "parents": self._parents(kind, name)}

    def _attributes(self, kind: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if kind == "User":
            found = {"name": self._one(*WORDS), "skills": self._some(WORDS)}
            found |= {"active": self._chance()}
            found |= {"age": self._one(*NUMBERS)} if self._chance() else {}
            found |= {"manager": self._reference("User")} if self._chance() else {}
        elif kind == "Agent":
            limits: dict[str, Any] = {"calls": self._one(*NUMBERS)}
            limits |= {"note": self._one(*WORDS)} if self._chance() else {}
            found = {"owner": self._reference("User"), "limits": limits}
        elif kind == "Doc":
            readers = [Uid("User", each).as_json() for each in self._some(IDS["User"])]
            found = {"owner": self._reference("User"), "title": self._one(*WORDS)}
            found |= {"size": self._one(*NUMBERS), "tags": self._some(WORDS)}
            found |= {"readers": [{"__entity": each} for each in readers]}
            found |= {"numbers": self._some(NUMBERS), "kind": self._reference("Kind")}
            meta = {"reviewed": self._chance()}
            found |= {"meta": meta | ({"score": self._one(*NUMBERS)} if self._chance() else {})}
        return found

    def _reference(self, kind: str) -> dict[str, Any]:
        return {"__entity": self._uid(kind).as_json()}

    def _parents(self, kind: str, name: str) -> list[dict[str, str]]:
        above = {
            "User": ("Role", "Tenant"),
            "Agent": ("Tenant",),
            "Doc": ("Workspace",),
            "Workspace": ("Tenant",),
        }.get(kind, ())
        parents = [Uid(group, each) for group in above for each in self._some(IDS[group])]
        if kind == "Workspace":
            # Later ones in earlier ones, so that there is no cycle.
            earlier = IDS[kind][: IDS[kind].index(name)]
            parents += [Uid(kind, each) for each in self._some(earlier)]
        return [each.as_json() for each in parents]

    def _policy(self) -> str:
        condition = "principal is User && resource is Doc && ($bool3)"
        return self._written(
            f"$effect ($principal, $action, $resource) when {{ {condition} }} $more;",
            f"$effect ($principal, $action, $resource) unless {{ {condition} }} $more;",
            "$effect ($principal, $action, $resource) $more;",
        )

    def _written(self, *templates: str) -> str:
        """One of the templates, with a text of its own for each part that it names: `$set`, or
        `$bool2` for one that is at most two deep."""
        return _PART.sub(self._part, self._one(*templates))

    def _part(self, named: re.Match[str]) -> str:
        name, depth = named.groups()
        if name in PARTS:
            return self._written(*PARTS[name])
        text: str = getattr(self, f"_{name}")(*map(int, depth))
        return text

    def _bool(self, depth: int) -> str:
        if depth == 0:
            return self._one("context.mfa", "principal.active", "resource.meta.reviewed", "true")
        return self._written(
            *(each.replace("$bool", f"$bool{depth - 1}") for each in CONNECTED), *COMPARISONS
        )

    def _long(self, depth: int) -> str:
        if depth == 0:
            return self._written("context.amount", "resource.size", "$number")
        return self._written(*(each.replace("$long_", f"$long{depth - 1}") for each in SUMS))

    def _number(self) -> str:
        return str(self._one(*NUMBERS))

    def _quoted(self) -> str:
        word = self._one(*WORDS).replace("\\", "\\\\").replace('"', '\\"')
        return f'"{word}"'

    def _group(self) -> str:
        kind = self._one(*GROUPS)
        ids = [f'{kind}::"{each}"' for each in IDS[kind]]
        return self._one(ids[0], f"[{', '.join(ids)}]")
