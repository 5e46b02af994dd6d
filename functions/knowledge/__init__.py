"""What a tenant's documents say: corpora, ingestion, search, and citations that can be verified."""
