"""Benches that are run by hand: they print figures and hold no bar, since machines differ."""
