"""The schema's migrations. The schema's owner runs them; no function is its owner."""
