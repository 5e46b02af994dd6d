"""What a precedent may decide at all."""

# A veto cannot undo a message that was sent or a payment that was made; what is riskier is a
# human's to accept (docs/domain.md, Precedents).
COVERABLE_KINDS = ("artifact", "execution", "constitutional")
COVERABLE_RISKS = ("low", "medium")
# The share of approvals that a learned precedent needs: below it vetoes would soon end one.
ENOUGH = 0.90
