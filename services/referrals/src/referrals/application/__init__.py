"""What this service can be asked to do: one module per capability."""
