"""数字城管: the urban-management platform, over SOAP and over its read-only view."""
