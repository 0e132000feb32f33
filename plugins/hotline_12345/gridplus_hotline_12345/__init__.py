"""Orders of the 12345 hotline, as the district's hotline platform hands them out."""
