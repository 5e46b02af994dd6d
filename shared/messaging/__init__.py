"""Publishing and delivery of events: the event log, the outbox, timers, dead letters."""
