"""The published language: one module per publishing function, one class per event type."""
