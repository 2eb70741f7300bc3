"""Persons, agreements, referrals and their answers."""
