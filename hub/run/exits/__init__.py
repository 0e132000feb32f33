"""What leaves the hub: looks under grants, messages, webhooks, explanations."""
