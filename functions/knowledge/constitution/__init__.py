"""What Assent itself forbids and allows, as `python -m docs.constitution` writes it."""
