"""What every service shows of itself, and how it runs: HTTP, tokens, pages, process."""
