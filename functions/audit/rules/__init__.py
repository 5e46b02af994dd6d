"""Pure rules: which events are evidence, how entries are chained, what checkpoints prove."""
