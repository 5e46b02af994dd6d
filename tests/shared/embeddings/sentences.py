"""Sentences of topics that agents meet, and what the published model makes of them.

`reference.npy` holds, for each sentence, the vector that sentence-transformers computes with the
published weights in float32; docs/decisions/0147 says how it was made."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SENTENCES = (
    "The cat sat on the mat.",
    "A feline rested on a rug.",
    "Invoices are paid within thirty days.",
    "We settle each bill no later than a month after it arrives.",
    "May an agent send reports to patients?",
    "Patients receive their reports by mail.",
    "An approval by silence takes effect after the deadline unless somebody vetoes it.",
    "Nobody objected in time, so the request went through.",
    "The governor must confirm every payment above one thousand dollars.",
    "Large transfers need a human's consent.",
    "Rotate the signing key every ninety days.",
    "Keys that sign are replaced each quarter.",
    "Deploy the new version only after all tests pass.",
    "A release waits until every check is green.",
    "Delete a customer's personal data when they ask for it.",
    "Erase what you hold about a person upon request.",
    "Water boils at one hundred degrees at sea level.",
    "The orchestra tuned before the concert began.",
    "Translate this contract from German into English.",
    "The translation of the agreement is due on Friday.",
    "Do not publish articles at midnight without a gate.",
    "Drafts go live only through review.",
    "Each tenant sees its own documents and nobody else's.",
    "Row-level security keeps customers' records apart.",
    "The budget of this agent is five dollars a day.",
    "This program may spend at most 150 dollars a month.",
    "Summarise the minutes of the meeting in three sentences.",
    "What was decided at yesterday's call?",
    "The server answered 503 because its database was restarting.",
    "A restart of the database made requests fail.",
    "Olive oil keeps best in the dark.",
    "Trains to the coast leave every hour from platform nine.",
)


def reference() -> NDArray[np.float32]:
    """The vectors, float32 (sentences, 384), of length 1."""
    found: NDArray[np.float16] = np.load(Path(__file__).parent / "reference.npy")
    return found.astype(np.float32)
