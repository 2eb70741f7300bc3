"""The one exception of the command line."""


class Trouble(Exception):
    """Something the person at the keyboard can mend. The text says in French what and how."""
