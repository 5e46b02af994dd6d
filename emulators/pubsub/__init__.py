"""Google's Pub/Sub emulator, with what it lacks: filters, identities, dead letters, faults."""
