"""Programmes, booklets, redemption and counter-payment."""
