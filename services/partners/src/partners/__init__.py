"""Partner organisations: identity, intake, answers."""
