"""Reasons as people write them when they refuse, by what they mean."""

CHOSEN_BY: dict[str, tuple[str, ...]] = {
    "backup": (
        "There is no backup to go back to.",
        "Nobody has made a backup before this.",
        "Make a backup first, then ask again.",
        "Without a backup of the data we cannot undo it.",
        "I see no snapshot or backup that we could restore.",
    ),
    "cost": (
        "Too expensive for this month.",
        "The budget of this month does not allow it.",
        "It costs far more than we agreed.",
        "We cannot afford this before the new budget.",
        "The price is too high.",
    ),
    "source": (
        "The article cites no source.",
        "Please cite sources for the medical claims.",
        "A claim about treatment needs a source.",
        "No references are given for what it claims.",
        "The statement is not backed by any citation.",
    ),
    "hours": (
        "Not during opening hours.",
        "Do this at night, when the clinic is closed.",
        "It would run while patients are being served; wait until the evening.",
        "Wrong time of day, the reception is open.",
        "Please schedule it outside of office hours.",
    ),
    "patients": (
        "It shows names of patients.",
        "Patient data must not leave the clinic.",
        "The file has personal data of patients in it.",
        "Remove the patients' names first.",
        "This would send health records of patients to somebody outside.",
    ),
    "legal": (
        "Legal has not seen this contract.",
        "Ask our lawyers first.",
        "The contract needs a review by the legal department.",
        "No lawyer has checked the terms.",
        "Legal must sign off before this goes out.",
    ),
}
HELD_OUT: dict[str, tuple[str, ...]] = {
    "duplicate": (
        "We already paid this invoice.",
        "This invoice was paid last week.",
        "It is a duplicate of an invoice that is paid.",
        "The same invoice again, it has been settled.",
        "Double payment: the supplier has the money already.",
    ),
    "tests": (
        "The tests did not pass.",
        "Two tests fail.",
        "It has no tests.",
        "Please run the test suite before you deploy.",
        "The build is red because of failing tests.",
    ),
    "tone": (
        "The tone is too promotional.",
        "It reads like an advertisement.",
        "Less marketing language, please.",
        "This sounds like advertising and not like information.",
        "The wording is too much like a sales pitch.",
    ),
    "recipient": (
        "Wrong recipient.",
        "The mail goes to the wrong address.",
        "This letter is addressed to the wrong person.",
        "It would be sent to somebody who did not ask for it.",
        "Check the address of the recipient.",
    ),
    "access": (
        "The agent asks for more access than it needs.",
        "Too many permissions for such a small task.",
        "Read access is enough, no need to write.",
        "Narrow its rights first.",
        "Why does it need admin rights?",
    ),
    "translation": (
        "The translation into French is wrong.",
        "The French text has mistakes.",
        "Let a native speaker of French check the translation.",
        "The French version says something else than the English one.",
        "Poor translation.",
    ),
}
