"""Hotlines of water, power, gas and heat companies: sources of the Grid+ hub."""
