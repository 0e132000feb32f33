"""Keys, certificates, and their rotation."""
