"""The rules of referrals: pure functions and frozen data, nothing but the standard library."""
