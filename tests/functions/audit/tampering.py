"""What whoever owns the database can do to one tenant's rows, and which entry it is about."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import psycopg

from shared.audit_log.entries import link_hash

_COLUMNS = (
    *("tenant_id", "number", "event_id", "body", "previous_hash", "hash"),
    *("at", "actor", "action", "subject", "workspace"),
)
_HASHED = ("event_id", "body", "previous_hash", "hash")
_SEARCHED = ("actor", "action", "subject", "workspace")
Row = dict[str, Any]


@dataclass(frozen=True)
class Rows:
    """All that the database has of one tenant: its entries in the order of their numbers, the
    number and the hash that the head says, and how many entries it says are covered; the nodes."""

    tenant: str
    entries: tuple[Row, ...]
    number: int
    hash: str
    covered: int
    nodes: tuple[tuple[int, int, bytes], ...]

    def but(self, **changed: Any) -> "Rows":
        return replace(self, **changed)

    def put(self, row: Row) -> "Rows":
        """The same with that row in the place of the one of its number."""
        entries = (row if each["number"] == row["number"] else each for each in self.entries)
        return self.but(entries=tuple(entries))


@dataclass(frozen=True)
class Tampered:
    """The rows after it, and the number of the first entry that is not as it was appended; 0 where
    the rows alone, with their checkpoints, cannot show it."""

    rows: Rows
    first: int
    # Which one the event log shows, where no row does.
    by_log: int = 0


async def read_rows(owner: str, tenant: str) -> Rows:
    async with await psycopg.AsyncConnection.connect(owner) as connection:

        async def rows(what: str) -> list[Any]:
            answer = await connection.execute(f"SELECT {what}", (tenant,))
            return await answer.fetchall()

        named = ", ".join(_COLUMNS)
        found = await rows(f"{named} FROM audit_entries WHERE tenant_id = %s ORDER BY number")
        entries = tuple(dict(zip(_COLUMNS, each, strict=True)) for each in found)
        heads = await rows("number, hash, covered FROM audit_heads WHERE tenant_id = %s")
        nodes = await rows("level, index, hash FROM audit_nodes WHERE tenant_id = %s")
        number, hash, covered = heads[0] if heads else (0, "0" * 64, 0)
        return Rows(tenant, entries, number, hash, covered, tuple(nodes))


async def write_rows(owner: str, rows: Rows) -> None:
    """Puts these rows in the place of all that the tenant has, past every policy."""
    names = [rows.tenant, _elsewhere(rows.tenant)]
    async with await psycopg.AsyncConnection.connect(owner) as connection:
        for table in ("audit_entries", "audit_heads", "audit_nodes"):
            await connection.execute(
                f"DELETE FROM {table} WHERE tenant_id = ANY(%s)",
                (names,),
            )
        async with connection.cursor() as cursor:
            values = ", ".join(["%s"] * len(_COLUMNS))
            await cursor.executemany(
                f"INSERT INTO audit_entries ({', '.join(_COLUMNS)}) VALUES ({values})",
                [tuple(each[name] for name in _COLUMNS) for each in rows.entries],
            )
            await cursor.executemany(
                "INSERT INTO audit_nodes VALUES (%s, %s, %s, %s)",
                [(rows.tenant, *each) for each in rows.nodes],
            )
            await cursor.execute(
                "INSERT INTO audit_heads (tenant_id, number, hash, covered)"
                " VALUES (%s, %s, %s, %s)",
                (rows.tenant, rows.number, rows.hash, rows.covered),
            )


def _elsewhere(tenant: str) -> str:
    return f"{tenant}-elsewhere"


def _victim(rows: Rows, chance: Random) -> Row:
    return chance.choice(rows.entries)


def _hashed(row: Row, **changed: Any) -> Row:
    """The row with other columns, and with the hash of what it has then."""
    after = row | changed
    names = ("tenant_id", "number", "event_id", "body")
    link = link_hash(previous=after["previous_hash"], **{name: after[name] for name in names})
    return after | {"hash": link}


def another_character(text: str, chance: Random) -> str:
    """The text with one character that is another."""
    at = chance.randrange(len(text))
    instead = chance.choice([each for each in '0aZ{} "\\\n\u00e9' if each != text[at]])
    return f"{text[:at]}{instead}{text[at + 1 :]}"


def alter(rows: Rows, chance: Random) -> Tampered:
    row = _victim(rows, chance)
    name = chance.choice(_HASHED)
    after = rows.put(row | {name: another_character(row[name], chance)})
    return Tampered(after, row["number"])


def misfile(rows: Rows, chance: Random) -> Tampered:
    row = _victim(rows, chance)
    name = chance.choice(_SEARCHED)
    return Tampered(rows.put(row | {name: "another"}), row["number"])


def drop(rows: Rows, chance: Random) -> Tampered:
    row = _victim(rows, chance)
    entries = tuple(each for each in rows.entries if each is not row)
    return Tampered(rows.but(entries=entries), row["number"])


def give_away(rows: Rows, chance: Random) -> Tampered:
    """The entry is another tenant's."""
    row = _victim(rows, chance)
    after = rows.put(row | {"tenant_id": _elsewhere(rows.tenant)})
    return Tampered(after, row["number"])


def swap(rows: Rows, chance: Random) -> Tampered:
    one, other = _victim(rows, chance), _victim(rows, chance)
    places = {one["number"]: other["number"], other["number"]: one["number"]}
    entries = [
        each | {"number": places.get(each["number"], each["number"])} for each in rows.entries
    ]
    first = min(places) if len(places) == 2 else 0
    return Tampered(rows.but(entries=tuple(entries)), first)


def replace_whole(rows: Rows, chance: Random) -> Tampered:
    """The entry has another text, and the hash of that."""
    row = _victim(rows, chance)
    other = _hashed(row, body=another_character(row["body"], chance))
    return Tampered(rows.put(other), row["number"])


def tear_off(rows: Rows, chance: Random) -> Tampered:
    """The entry continues nothing that there is, and has the hash of that."""
    row = _victim(rows, chance)
    other = _hashed(row, previous_hash="f" * 64)
    return Tampered(rows.put(other), row["number"])


def add_after_the_last(rows: Rows, chance: Random) -> Tampered:
    """An entry that continues the chain and that the head does not know."""
    last = rows.entries[-1]
    number = last["number"] + 1
    changed = {"number": number, "event_id": "evt_forged", "previous_hash": last["hash"]}
    return Tampered(rows.but(entries=(*rows.entries, _hashed(last, **changed))), number)


def cut(rows: Rows, chance: Random) -> Tampered:
    """The last entries are gone; the head says that they were never there, or does not."""
    left = chance.randrange(len(rows.entries))
    entries = rows.entries[:left]
    if chance.random() < 0.5:
        return Tampered(rows.but(entries=entries), left + 1)
    head = {"number": left, "hash": entries[-1]["hash"] if entries else "0" * 64}
    after = rows.but(entries=entries, covered=min(rows.covered, left), **head)
    return Tampered(after, left + 1 if rows.covered > left else 0)


def behead(rows: Rows, chance: Random) -> Tampered:
    """The head names another last entry than there is."""
    what = chance.choice(["more", "another hash", "fewer"])
    last = rows.entries[-1]
    if what == "more":
        return Tampered(rows.but(number=rows.number + 3), rows.number + 1)
    if what == "fewer" and len(rows.entries) > 1:
        before = rows.entries[-2]
        head = {"number": before["number"], "hash": before["hash"]}
        return Tampered(
            rows.but(covered=min(rows.covered, before["number"]), **head), last["number"]
        )
    return Tampered(rows.but(hash="f" * 64), last["number"])


def alter_tree(rows: Rows, chance: Random) -> Tampered:
    """A stored hash of the tree is another."""
    if not rows.nodes:
        return Tampered(rows, 0)
    chosen = chance.randrange(len(rows.nodes))
    level, index, _ = rows.nodes[chosen]
    nodes = [*rows.nodes]
    nodes[chosen] = (level, index, bytes(32))
    return Tampered(rows.but(nodes=tuple(nodes)), (index << level) + 1)


def hash_anew(rows: Rows, checkpoints: Sequence[int], chance: Random) -> Tampered:
    """An entry has another text, and all hashes from it on are those of that: the checkpoint that
    covers it shows that something after the one before it was altered; the log shows what."""
    row = _victim(rows, chance)
    number = row["number"]
    other = chance.choice([row["body"] + " ", "{}", "no JSON"])
    entries, previous = list(rows.entries[: number - 1]), row["previous_hash"]
    for each in rows.entries[number - 1 :]:
        body = other if each is row else each["body"]
        entries.append(_hashed(each, previous_hash=previous, body=body))
        previous = entries[-1]["hash"]
    agreeing = max((each for each in checkpoints if each < number), default=0)
    is_covered = any(each >= number for each in checkpoints)
    after = rows.but(entries=tuple(entries), hash=previous)
    # Without a checkpoint, what searches find it by shows it where its text says something else.
    alone = 0 if other.startswith(row["body"]) else number
    return Tampered(after, agreeing + 1 if is_covered else alone, by_log=number)


# May happen to several entries at once: the first of them is named.
EACH = (alter, misfile, drop, give_away)
ALONE = (swap, replace_whole, tear_off, add_after_the_last, cut, behead, alter_tree)
