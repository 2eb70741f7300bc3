"""What partners say or ask; each may be refused by the service that decides it."""
