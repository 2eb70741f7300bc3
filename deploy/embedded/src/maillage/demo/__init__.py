"""`maillage demo`: whole journeys on the running stack, told step by step.

Everything goes through the doors that partners and colleagues have; nothing is read behind the
services' backs. Each run deposits its own person and declares its own sessions, so that it can be
told as often as one likes.
"""

from maillage.demo.telling import JOURNEYS, tell

__all__ = ["JOURNEYS", "tell"]
