"""Alembic scripts: inside the package, so that the image migrates its own database."""
