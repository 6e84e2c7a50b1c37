"""Passwords and login names: what is taken, and how passwords are kept."""

from __future__ import annotations

import re
import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from geo.errors import UsageError

SHORTEST, LONGEST = 10, 500
LOGIN_SHORTEST, LOGIN_LONGEST = 2, 64
AT_ONCE = 2
"""How many passwords are computed at a time: each takes 64 MiB."""

_COMMON = (
    "0123456789 0987654321 1029384756 1111111111 111222333444 112233445566 1122334455 "
    "1212121212 123123123123 1231231234 1234512345 1234567890 12345678900 123456789012 "
    "1234567891 12345678910 123456789a 123456789q 1234567899 123456789abc 1q2w3e4r5t "
    "1q2w3e4r5t6y 1qaz2wsx3edc abc123456789 abc1234567 abcd123456 abcd1234567 abcdefghij "
    "admin12345 admin123456 administrator anhyeuem123 anhyeuem1234 emyeuanh123 iloveyou123 "
    "iloveyou1234 khongcomatkhau matkhau123 matkhau1234 matkhau12345 matkhau123456 "
    "password12 password123 password1234 password12345 passw0rd123 p@ssw0rd123 p@ssword123 "
    "q1w2e3r4t5 q1w2e3r4t5y6 qazwsxedcrfv qwerty1234 qwerty12345 qwerty123456 qwertyuiop "
    "qwertyuiop123 thanhcong123 vietnam123 vietnam1234 vietnam12345 welcome123 welcome1234 "
    "yeuemnhieu yeuanhnhieu zaq12wsxcde3 "
)
COMMONEST = frozenset(_COMMON.split())

_LOGIN = re.compile(r"[^\W_][\w.@-]*")


def login_name(text: str) -> str:
    """A login as it is kept: Unicode NFC, lower case.

    Raises
    ------
    UsageError
        ``people.login_form`` unless it has 2 to 64 Latin letters (Vietnamese ones too), digits,
        dots, hyphens, underscores or @, a letter or digit first.
    """
    login = unicodedata.normalize("NFC", text.strip()).lower()
    if not (
        LOGIN_SHORTEST <= len(login) <= LOGIN_LONGEST
        and _LOGIN.fullmatch(login)
        and all(_plain(letter) for letter in login)
    ):
        raise UsageError("people.login_form", shortest=LOGIN_SHORTEST, longest=LOGIN_LONGEST)
    return login


def _plain(letter: str) -> bool:
    """Whether it is no letter of another script that only looks like a Latin one."""
    return letter.isascii() or unicodedata.name(letter, "").startswith("LATIN SMALL LETTER")


def check(password: str, login: str) -> str:
    """A new password in Unicode NFC.

    Raises
    ------
    UsageError
        ``people.password_short``, ``people.password_long``, ``people.password_login`` or
        ``people.password_common``. Nothing is asked of its composition (NIST SP 800-63B).
    """
    password = unicodedata.normalize("NFC", password)
    folded = password.lower().strip()
    if len(password) < SHORTEST:
        raise UsageError("people.password_short", shortest=SHORTEST)
    if len(password) > LONGEST:
        raise UsageError("people.password_long", longest=LONGEST)
    if login and folded in (login, login * 2, login[::-1]):
        raise UsageError("people.password_login")
    if folded in COMMONEST or len(set(folded)) < 3:
        raise UsageError("people.password_common")
    return password


class Passwords:
    """Argon2id hashes; a wrong login costs as much time as a wrong password."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._room = threading.BoundedSemaphore(AT_ONCE)
        self._nobody = self._hasher.hash("nobody")

    def hash(self, password: str) -> str:
        with self._room:
            return self._hasher.hash(unicodedata.normalize("NFC", password))

    def matches(self, kept: str | None, password: str) -> bool:
        """Whether it is the password; False for an account without one."""
        try:
            with self._room:
                normal = unicodedata.normalize("NFC", password)
                return self._hasher.verify(kept or self._nobody, normal) and kept is not None
        except (VerificationError, InvalidHashError):
            return False
