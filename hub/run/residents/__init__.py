"""What a resident asks of the hub about themselves: found, decided by two, carried through, told onwards."""
