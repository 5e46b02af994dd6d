"""How what happened reaches whoever must know: the event log, its relay, timers, dead letters."""
