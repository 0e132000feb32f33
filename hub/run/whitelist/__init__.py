"""The field whitelist in the hands of admins: proposals, approvals, previews, import and export."""
