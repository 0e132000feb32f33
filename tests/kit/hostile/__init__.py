"""Adapters that each do one thing wrong, a few lines over a good one."""
