"""Facts: what is so. Each is written by the one service that owns the noun."""
