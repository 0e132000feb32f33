"""People who work with the hub in a browser: signing in and out, their accounts."""
