"""The HTTP doors: one thin router a noun. No rule lives here; `run` does the work."""
