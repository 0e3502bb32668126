"""What building and publishing refuse, with words for the person who must act."""


class Refusal(Exception):
    """Readers keep what they have. The message says why, and what to do."""
