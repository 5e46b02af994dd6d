"""The precedent of the demo and of the sample tenant."""

WRITERS_PRECEDENT = {
    "title": "Low-risk patient education",
    "domain": "GEN",
    "kind": "constitutional",
    "max_risk": "low",
    "conditions": [
        {"field": "content.industry", "op": "eq", "value": "healthcare"},
        {
            "field": "content.skills",
            "op": "subset_of",
            "value": ["research", "draft", "fact-check"],
        },
        {"field": "content.alone_effects", "op": "subset_of", "value": ["read", "draft"]},
    ],
    "rationale": (
        "Writers of public patient education that only draft, cite public sources and hand "
        "over to an editor have been approved before; every draft can be deleted again."
    ),
}
