"""Use cases that read or write more than one document, or call somebody else."""
