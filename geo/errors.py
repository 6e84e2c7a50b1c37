"""The exceptions of the library.

An exception carries a code and its parameters, never a sentence: the words are in the
catalogues of :mod:`geo.i18n` under ``error.<code>``, in every language of the interface.
"""

from __future__ import annotations


class KhuCumError(Exception):
    """Base of all errors that a user can do something about.

    Parameters
    ----------
    code
        Key of the message, for example ``"file.not_found"``.
    **params
        What the message names: file, field, value, limit.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.code} ({details})" if details else self.code


class DataError(KhuCumError):
    """The input cannot be used at all: unreadable file, missing CRS, refused import."""


class UsageError(KhuCumError):
    """The caller asked for something that does not exist or makes no sense."""


class SetupError(KhuCumError):
    """The machine lacks something: a tool, a free port, a writable folder."""
