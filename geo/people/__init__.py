"""Who is at work: accounts, sessions, sign-in here or at a provider of OpenID Connect."""

from geo.people.service import COMMAND_LINE, Link, People, SignedIn, SignInError, Visit
from geo.store.people import Event, User

__all__ = [
    "COMMAND_LINE",
    "Event",
    "Link",
    "People",
    "SignInError",
    "SignedIn",
    "User",
    "Visit",
]
