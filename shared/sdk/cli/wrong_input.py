"""What cannot be done as it was typed."""


class WrongInput(Exception):
    """What was typed cannot be done; its text says what to type instead."""
