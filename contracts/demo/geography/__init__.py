"""The parts of the demo district's generator; `contracts/demo/generate.py` puts them together."""
