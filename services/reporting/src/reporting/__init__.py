"""The event log folded into journeys and figures."""
