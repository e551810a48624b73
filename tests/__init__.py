"""The tests: one file a module, scenarios over the real app, and a real browser."""
