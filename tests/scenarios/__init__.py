"""The rules of real districts as packs, and what happens there as stories; no word of any of them is in the code."""
