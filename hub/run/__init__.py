"""The workers: each a loop around one `step()`, given clock, store, bus and adapter; no thread inside."""
