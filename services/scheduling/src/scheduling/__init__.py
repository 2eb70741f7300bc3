"""Places, sessions, bookings and attendance."""
