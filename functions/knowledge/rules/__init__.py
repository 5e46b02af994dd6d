"""What becomes of corpora and documents, and which passages answer a question. Pure."""
