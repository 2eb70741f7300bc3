"""The whole platform on one machine, on real servers, without Docker."""
