"""An invoice as the second account keeps it. Money is whole cents, instants are whole seconds since
1970."""

from dataclasses import dataclass, field

# Of a usage invoice, which is of no subscription.
USAGE = "manual"
# What becomes of a draft that a pause meets, once its hour is over.
CHOICES = COLLECTS, VOIDS, KEEPS, GIVES_UP = (
    "collect",
    "void",
    "keep_as_draft",
    "mark_uncollectible",
)
# Of a usage invoice that nobody waited for.
DELETED = "deleted"


@dataclass
class Bill:
    """An invoice: `lines` of the subscription, which is the customer's `bought`th, and `usage` by
    month and meter. What is not final yet has no `due`. A usage invoice `is_written` once it was
    released; `number` is that which it was made under. A void one `asks` for no usage, whatever its
    lines say."""

    created: int
    lines: list[int]
    reason: str
    bought: int = 0
    number: int = 0
    is_written: bool = True
    asks: bool = True
    usage: dict[tuple[str, str], int] = field(default_factory=dict)
    final_at: int | None = None
    due: int | None = None
    status: str = "draft"
    tries: int = 0
    next_try: int | None = None

    @property
    def total(self) -> int:
        return sum(self.lines) + sum(self.usage.values())

    @property
    def is_of_subscription(self) -> bool:
        return self.reason != USAGE
