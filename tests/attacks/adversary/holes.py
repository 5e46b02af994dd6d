"""Claims that do not hold yet. Whoever mends one removes its line, and the machine makes it."""

KNOWN_HOLES = frozenset(
    {
        "what was refused does not come back by precedent",
        "what was refused does not come back by silence",
        "a precedent that is switched on covers no refusal",
        "no stranger revises a case",
        "nobody approves a change of their own text",
        "their own requests do not make a governor absent",
        "whatever a governor does shows that they are there",
    }
)
