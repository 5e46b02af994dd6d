"""Kinds of data that texts and names indicate, the sensitivity of each, and the sources that hold
it."""

import re
from functools import lru_cache
from typing import NamedTuple

from functions.agents.rules.language.folding import words
from functions.agents.rules.spec import CLASSIFICATIONS, Classification


class Kind(NamedTuple):
    """A kind of data. `said` matches folded text about it; `held` are the beginnings of words in
    the names of sources that hold it."""

    name: str
    least: Classification
    said: re.Pattern[str]
    held: tuple[str, ...]


def _kind(name: str, least: Classification, said: str, held: str) -> Kind:
    return Kind(name, least, re.compile(rf"\b(?:{said})\b"), tuple(held.split()))


_RECORDS = (
    r"(?:records?|charts?|files?|data|history|histories|details|identifiers?|demographics|"
    r"profiles?)"
)

KINDS = (
    _kind(
        "health records",
        "restricted",
        rf"(?:patients?|medical|health|clinical|treatment|psychiatric|hospital) {_RECORDS}|"
        r"electronic health records?|ehr|emr|lab(?:oratory)? results?|diagnos[ei]s of patients|"
        r"prescriptions? of|patients (?:diagnos[ei]s|medications?|prescriptions?)|"
        r"(?:x ray|mri|ct) (?:images?|scans?)|medical images?|genetic (?:data|tests?)|"
        r"patient (?:names?|list|lists|messages?|notes?|appointments?|contacts?|emails?|phones?)",
        "patient ehr emr chart lab pharmacy radiology pacs epic cerner appointment visit encounter",
    ),
    _kind(
        "identity documents and credentials",
        "restricted",
        r"passports?|social security numbers?|ssns?|national insurance numbers?|identity "
        r"documents?|"
        r"driving licen[cs]es?|biometric\w*|fingerprints?|passwords?|credentials|api keys?|"
        r"kyc (?:files?|documents?|records?|data)",
        "kyc identity id passport vault secret credential biometric onboarding",
    ),
    _kind(
        "bank and card data",
        "restricted",
        r"(?:credit |debit |payment )?card (?:numbers?|data|details)|bank (?:account )?(?:details|"
        r"numbers?|statements?|data)|account balances?|ibans?|"
        r"(?:bank|current|savings) accounts?|"
        r"transaction (?:records?|histor(?:y|ies)|data)",
        "bank card payment account ledger core transaction finance erp treasury statement billing",
    ),
    _kind(
        "pay and personnel records",
        "restricted",
        r"payroll\w*|salar(?:y|ies)|wages?|compensation data|performance reviews? of|"
        rf"(?:employee|personnel|staff|hr) {_RECORDS}|sick leave|disciplinary {_RECORDS}|"
        r"(?:job )?applicants? (?:cvs?|resumes?|files?|data)|cvs|resumes",
        "payroll hr hris personnel employee staff workforce talent applicant recruit ats workday "
        "salary compensation people",
    ),
    _kind(
        "customer data",
        "confidential",
        rf"(?:customer|client|guest|member|subscriber|policyholder|user|tenant|buyer) {_RECORDS}|"
        r"(?:customer|client|guest|member|subscriber|policyholder)s? (?:e ?mails?|addresses|names?|"
        r"phone numbers?|lists?|orders?|purchases?|contacts?|accounts?)|crm|"
        r"personal (?:data|information|details)|contact details|home addresses|phone numbers|"
        r"purchase histor(?:y|ies)|loyalty data|mailing lists?",
        "crm customer client guest member subscriber policy user contact order shop pms booking "
        "loyalty account reservation hubspot salesforce mailing ticket helpdesk zendesk support",
    ),
    _kind(
        "student records",
        "confidential",
        rf"(?:student|pupil|learner) {_RECORDS}|students? (?:grades?|marks?|names?|essays?|"
        r"submissions?)|grade ?books?|transcripts? of records?|attendance (?:records?|data)",
        "student pupil learner sis lms grade school moodle course gradebook attendance campus "
        "essay",
    ),
    _kind(
        "legal files",
        "confidential",
        r"case files?|client files?|court filings under seal|privileged (?:documents?|"
        r"communications?|material)|settlement terms|due diligence (?:files?|documents?)|"
        r"nda protected \w+|trade secrets?",
        "case matter legal dms contract docket client file dataroom clm",
    ),
    _kind(
        "mailboxes and messages",
        "confidential",
        r"inbox(?:es)?|mailbox(?:es)?|private messages?|chat (?:logs?|histor(?:y|ies))|"
        r"call recordings?|voice ?mails?|(?:employees?|staff|executives?) e ?mails?",
        "mail inbox email exchange outlook gmail chat slack message call recording voice phone "
        "ticket helpdesk support",
    ),
    _kind(
        "insurance claims",
        "confidential",
        rf"(?:claims?|claimants?|policy) {_RECORDS}|claimants?|accident reports?",
        "claim policy insur adjust fnol case",
    ),
    _kind(
        "movements of people",
        "confidential",
        r"gps (?:data|tracks?|positions?)|location (?:data|histor(?:y|ies))|cctv|camera footage|"
        r"movement profiles?|badge (?:data|logs?)",
        "gps location tracking fleet telematics camera cctv badge vehicle",
    ),
    _kind(
        "source code and designs",
        "internal",
        r"source code|repositor(?:y|ies)|cad (?:files?|drawings?)|engineering drawings?",
        "repo git code cad plm drawing design github gitlab source",
    ),
)
_UNTELLING = (
    *("db", "database", "system", "warehouse", "store", "platform", "portal", "api", "archive"),
    *("data", "clinic", "hospital", "health", "medical", "record", "file", "internal", "central"),
)
_PERSON_RECORDS = re.compile(
    r"\b(?:patient|customer|client|guest|member|employee|staff|student|pupil|applicant|tenant|"
    r"claimant|subscriber|candidate)s?(?: \w+)? (?:records?|files?|charts?|data|database|db|list|"
    r"registry|register|profiles?|accounts?|contacts?|emails?|history|details|store|table)\b|"
    r"\b(?:patients|customers|clients|guests|members|employees|students|pupils|applicants|"
    r"claimants|subscribers|candidates|personnel|payroll|crm|hris|ehr|emr|pii|phi)$|"
    r"\b(?:payroll|ehr|emr|hris|pii|phi|salaries|kyc)\b"
)


@lru_cache(maxsize=4096)
def kinds_in(line: str) -> tuple[Kind, ...]:
    """The kinds of data that folded words, separated by single spaces, are about."""
    return tuple(kind for kind in KINDS if kind.said.search(line))


@lru_cache(maxsize=4096)
def holds(kind: Kind, source: str, classification: Classification) -> bool:
    """Whether a source of that name could hold that kind; a source with an uninformative name could
    where its declared classification is high enough."""
    said = words(source)
    enough = CLASSIFICATIONS.index(classification) >= CLASSIFICATIONS.index(kind.least)
    if enough and any(word.startswith(_UNTELLING) for word in said):
        return True
    return any(word.startswith(kind.held) for word in said)


@lru_cache(maxsize=4096)
def least_classification(name: str) -> Classification:
    """The lowest classification that data of that name can have; `public` if the name shows
    none."""
    line = " ".join(words(name))
    found: list[Classification] = [kind.least for kind in kinds_in(line)]
    if _PERSON_RECORDS.search(line):
        found.append("confidential")
    return max(found, key=CLASSIFICATIONS.index, default="public")
