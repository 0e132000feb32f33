"""Who is on call, and by which channel."""
