"""The rules of partners: who may say what, and what becomes of it. Standard library only."""
