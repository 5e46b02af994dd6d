"""A tenant's audit log as others than its keeper read it: its entries, its tree, its checkpoints,
and the proof that one of these covers an entry. `functions/audit` alone writes."""
