"""Who is called by which channel: who is on call, and residents for departments."""
