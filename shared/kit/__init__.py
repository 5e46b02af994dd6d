"""Pure building blocks: ids, instants, canonical JSON, signatures, money, refusals."""
