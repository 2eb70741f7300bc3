"""Where the outside comes in: HTTP, pages, messages."""
