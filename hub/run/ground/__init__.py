"""What the rooms of the workers stand on: ledgers, envelopes, the book of contracts, clocks and pressure."""
