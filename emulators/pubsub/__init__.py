"""Google's Pub/Sub emulator, with what it leaves out: filters, identities, dead letters, faults."""
