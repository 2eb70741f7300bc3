"""The ways in and out: HTTP, pages, messages."""
