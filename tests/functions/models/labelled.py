"""Sentences with personal data of five kinds, and without any: templates times values. Names are
common ones put together by chance; numbers are made, with digits that check."""

from collections.abc import Callable, Iterator
from itertools import product
from random import Random
from typing import NamedTuple

import phonenumbers
from stdnum import iban, luhn
from stdnum.de import idnr
from stdnum.fr import nir
from stdnum.gb import nhs

from functions.models.rules.personal import Finder

REGIONS = ("DE", "FR", "GB", "US")
EACH = 100

_GIVEN = (
    "Ada Grace Maria James Fatima Wei Olga Carlos Aisha John Priya Lars Chloe Kofi Hannah Diego "
    "Emma Yusuf Sofia Peter Ingrid Tomas Leila Samuel Nora Victor Amina Daniel Rosa Henrik"
)
_SURNAMES = (
    "Lovelace Hopper Garcia Smith Khan Chen Petrova Silva Okafor Miller Sharma Nielsen Dubois "
    "Mensah Schmidt Rossi Johnson Demir Fernandez Novak Larsen Horvat Haddad Brown Lindqvist"
)
_STREETS = (
    "Harley Street, Baker Street, Maple Avenue, Oak Lane, Mill Road, Station Road, Elm Drive, "
    "Church Street, Park Avenue, Sunset Boulevard, Highland Court, Bridge Street, Queens Road"
)
_CITIES = (
    "London W1G 9PQ; Springfield, IL 62704; Leeds LS1 4DY; Austin, TX 78701; Denver, CO 80203; "
    "Bristol BS1 5TR; Portland, OR 97205; Madison, WI 53703"
)

_TEMPLATES = {
    "name": (
        "Please tell {} that the report is ready.",
        "{} asked us to cancel the appointment on Monday.",
        "The patient, {}, was admitted yesterday evening.",
        "I spoke with {} about the refund this morning.",
        "My name is {} and I cannot sign in.",
        "Forward this to {} before the meeting, please.",
        "date;customer;amount\n2026-11-02;{};140.00",
        "Ich habe gestern mit {} telefoniert.",
    ),
    "address": (
        "Ship the parcel to {}.",
        "The customer moved to {} last month.",
        "Her home address is {}, please update the record.",
        "We deliver to {} on Tuesday.",
        "He lives at {} with two flatmates.",
        "Invoice address:\n{}\nThank you!",
    ),
    "contact": (
        "Reach me at {} after five.",
        "The number or address on file is {}, is that right?",
        "Send the confirmation to {} today.",
        "Contact: {}",
    ),
    "account": (
        "Pay the amount to {} by Friday.",
        "The refund goes back to {}.",
        "Charge {} for the order.",
        "On the form they wrote {} as their account.",
    ),
    "social": (
        "The social security number is {}.",
        "For payroll we have {} on file.",
        "Enter {} in the field for the insurance number.",
        "The applicant gave {} as their number.",
    ),
}
_INNOCENT = (
    "Deploy version {n}.{m}.0 of the billing service to staging.",
    "Order {n}-{m} was shipped on 2026-11-{d:02d} and weighs {m} kilograms.",
    "May an agent send reports to patients after {d} days?",
    "The weather in Paris is fine, {d} degrees and little wind.",
    "The meeting moved from Monday to Thursday at {d}:30.",
    "Invoice {n} over {m} dollars is paid within thirty days.",
    "The function returned {n} rows in {m} milliseconds.",
    "Chapter {d} describes how approvals take effect by silence.",
    "Water boils at one hundred degrees at sea level, {m} metres below this hut.",
    "Ticket {n} is closed; the fix is in commit {m}f3c9a{d}.",
    "Summarise the minutes in {d} sentences and list the open questions.",
    "A governor confirms every payment above {n} dollars.",
    "Python {d}.{m} and PostgreSQL {d} run on Cloud Run in Frankfurt.",
    "Revenue grew by {d} percent in the third quarter, after {m} in the second.",
    "The train to the coast leaves from platform {d} every hour.",
    "Turing tests and Bayes classifiers are compared on page {m}.",
    "Docker and Grafana are installed on {d} machines.",
    "The build {n} failed on branch main after {m} seconds.",
    "The Nobel prize was mentioned in {d} of {m} articles.",
    "Main Street banks grew faster than Wall Street in year {d}.",
    "Victoria station closes at {d}:15 because of works.",
    "Rotate the key every {m} days and write it to the vault.",
    "Set max_tokens to {n} and temperature to 0.{d}.",
    "SELECT count(*) FROM orders WHERE total > {n} LIMIT {d};",
    "Gift cards of {m} dollars are sold in {d} shops in Berlin and Madrid.",
    "Der Vertrag vom {d}. November regelt die Lieferung von {n} Teilen.",
)


class Labelled(NamedTuple):
    """A sentence, and the personal data in it; none in an innocent one."""

    text: str
    kind: str
    value: str


def is_found(finder: Finder, each: Labelled) -> bool:
    """Whether each letter and digit of the value is in what was found; of an innocent sentence,
    whether anything was."""
    found = finder.find(each.text)
    if not each.value:
        return bool(found)
    start = each.text.index(each.value)
    places = [place for place, said in enumerate(each.value, start) if said.isalnum()]
    return all(any(one.start <= place < one.end for one in found) for place in places)


def labelled() -> Iterator[Labelled]:
    """Always the same sentences."""
    draw = Random(20)
    makers: dict[str, Callable[[Random], str]] = {
        "name": _name,
        "address": _address,
        "contact": _contact,
        "account": _account,
        "social": _social,
    }
    for kind, make in makers.items():
        for number in range(EACH):
            value = make(draw)
            template = _TEMPLATES[kind][number % len(_TEMPLATES[kind])]
            yield Labelled(template.format(value), kind, value)
    for template, _ in product(_INNOCENT, range(6)):
        numbers = {
            "n": draw.randint(100, 9999),
            "m": draw.randint(10, 99),
            "d": draw.randint(2, 28),
        }
        yield Labelled(template.format(**numbers), "innocent", "")


def _name(draw: Random) -> str:
    return f"{draw.choice(_GIVEN.split())} {draw.choice(_SURNAMES.split())}"


def _address(draw: Random) -> str:
    street, city = draw.choice(_STREETS.split(", ")), draw.choice(_CITIES.split("; "))
    return f"{draw.randint(1, 240)} {street}, {city}"


def _contact(draw: Random) -> str:
    if draw.random() < 0.5:
        return f"{_name(draw).replace(' ', '.').lower()}@{draw.choice(('acme', 'clinic'))}.example"
    region = draw.choice(REGIONS)
    number = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    assert number is not None
    forms = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, draw.choice((forms.INTERNATIONAL, forms.NATIONAL)))


def _account(draw: Random) -> str:
    digits = _digits(draw, 14)
    if draw.random() < 0.5:
        card = f"4{digits}"
        card += luhn.calc_check_digit(card)
        return " ".join(card[place : place + 4] for place in range(0, 16, 4))
    account = f"DE00{digits}{_digits(draw, 4)}"
    return iban.format(account[:2] + iban.calc_check_digits(account) + account[4:])


def _social(draw: Random) -> str:
    makers = (_american, _german, _french, _british)
    return draw.choice(makers)(draw)


def _american(draw: Random) -> str:
    return f"{draw.randint(100, 665)}-{draw.randint(10, 99)}-{draw.randint(1000, 9999)}"


def _german(draw: Random) -> str:
    while True:
        found = f"{draw.randint(1, 9)}{_digits(draw, 10)}"
        if idnr.is_valid(found):
            return str(idnr.format(found))


def _french(draw: Random) -> str:
    digits = (
        f"{draw.randint(1, 2)}{draw.randint(40, 99)}{draw.randint(1, 12):02d}75{_digits(draw, 6)}"
    )
    return str(nir.format(digits + nir.calc_check_digits(digits)))


def _british(draw: Random) -> str:
    while True:
        found = _digits(draw, 10)
        if nhs.is_valid(found):
            return str(nhs.format(found))


def _digits(draw: Random, count: int) -> str:
    return "".join(str(draw.randint(0, 9)) for _ in range(count))
