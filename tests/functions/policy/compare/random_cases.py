"""Random policies with requests and entities, all valid under one schema."""

from random import Random
from typing import Any, TypeVar

from shared.kit.errors import PolicyInvalid
from shared.policy.engine import Policies, Request, Schema, Uid
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
        effect = self._one("permit", "permit", "forbid")
        principal = self._one(
            "principal", "principal is User", 'principal in Role::"admin"',
            'principal == User::"ann"', 'principal is User in Tenant::"t1"',
        )  # fmt: skip
        action = self._one(
            "action", 'action == Action::"pay"', 'action in Action::"all"',
            'action in [Action::"read", Action::"write"]',
        )  # fmt: skip
        resource = self._one(
            "resource", "resource is Doc", 'resource in Workspace::"w1"', 'resource in Tenant::"t2"'
        )
        typed = f"principal is User && resource is Doc && ({self._bool(3)})"
        conditions = [self._one(f"when {{ {typed} }}", f"unless {{ {typed} }}", "")]
        if self._chance():
            conditions.append(f"when {{ {self._anywhere()} }}")
        return f"{effect} ({principal}, {action}, {resource}) {' '.join(conditions)};"

    def _anywhere(self) -> str:
        """A condition on every principal and resource."""
        return self._one(
            "context.mfa", "principal is Agent && principal.limits.calls > 2",
            'principal is Agent && principal.owner in Role::"reader"',
            'context has ip && context.ip like "a*c"', f"context.amount <= {self._number()}",
            'principal is Agent && principal.limits has note && principal.limits.note == "ab"',
        )  # fmt: skip

    def _bool(self, depth: int) -> str:
        if depth == 0:
            return self._one("context.mfa", "principal.active", "resource.meta.reviewed", "true")
        left, right = self._bool(depth - 1), self._bool(depth - 1)
        return self._one(
            f"({left}) && ({right})", f"({left}) || ({right})", f"!({left})",
            f"if {left} then {right} else ({self._bool(depth - 1)})",
            f"{self._long(2)} {self._one('<', '<=', '>', '>=', '==', '!=')} {self._long(2)}",
            f"{self._text()} {self._one('==', '!=')} {self._text()}",
            f"{self._text()} like {self._pattern()}",
            f"{self._user()} {self._one('==', '!=')} {self._user()}",
            f"{self._user()} in {self._group()}", f"resource in {self._group()}",
            f"{self._user()} in {self._users()}", 'resource.kind == Kind::"draft"',
            f"{self._users()}.contains({self._user()})",
            f"{self._set()}.contains({self._text()})",
            f"{self._set()}.{self._one('containsAll', 'containsAny')}({self._set()})",
            f"{self._set()} == {self._set()}", "resource.tags.isEmpty()",
            f"resource.numbers.contains({self._long(1)})",
            f"principal has age && principal.age < {self._long(1)}",
            f"principal has manager && principal.manager == {self._user()}",
            f"resource.meta has score && resource.meta.score > {self._long(1)}",
            'resource.meta == {reviewed: true, score: 1}',
            'context == {amount: 1, mfa: true}',
        )  # fmt: skip

    def _long(self, depth: int) -> str:
        if depth == 0:
            return self._one("context.amount", "resource.size", self._number())
        return self._one(
            self._long(0), f"({self._long(depth - 1)} + {self._long(depth - 1)})",
            f"({self._long(depth - 1)} - {self._long(depth - 1)})",
            f"({self._long(depth - 1)} * {self._one(-1, 2, 3)})", f"(-{self._long(0)})",
            f"(if {self._bool(0)} then {self._long(0)} else {self._long(0)})",
        )  # fmt: skip

    def _number(self) -> str:
        return str(self._one(*NUMBERS))

    def _text(self) -> str:
        return self._one(
            "principal.name", "resource.title", self._quoted(),
            f"(if {self._bool(0)} then principal.name else {self._quoted()})",
        )  # fmt: skip

    def _quoted(self) -> str:
        word = self._one(*WORDS).replace("\\", "\\\\").replace('"', '\\"')
        return f'"{word}"'

    def _pattern(self) -> str:
        return self._one('"a*"', '"*c"', '"*"', '"b\\**"', '""', '"*e*p*"', '"ä*"')

    def _user(self) -> str:
        return self._one(
            "principal", "resource.owner", 'User::"bob"',
            f"(if {self._bool(0)} then principal else resource.owner)",
        )  # fmt: skip

    def _group(self) -> str:
        kind = self._one(*GROUPS)
        ids = [f'{kind}::"{each}"' for each in IDS[kind]]
        return self._one(ids[0], f"[{', '.join(ids)}]")

    def _users(self) -> str:
        return self._one("resource.readers", '[User::"ann", User::"cy"]', "[resource.owner]")

    def _set(self) -> str:
        several = ", ".join(self._text() for _ in range(self._random.randint(1, 3)))
        stored = ("resource.tags", "principal.skills")
        return self._one(*stored, f"[{several}]", f"(if context.mfa then {' else '.join(stored)})")
