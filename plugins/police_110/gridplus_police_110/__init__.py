"""Matters that are none of the police's, as 110 and 12345 pass them to each other through a shared middle table."""
