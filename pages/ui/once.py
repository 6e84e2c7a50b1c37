"""What a run of the script asks for in several places and need be worked out only once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar, cast

Found = TypeVar("Found")

_answers: ContextVar[dict[object, Any] | None] = ContextVar("khucum_answers", default=None)


@contextmanager
def running() -> Iterator[None]:
    """Around a run of the script; each has its own context, so that no answer outlives it."""
    token = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(token)


def a_run(ask: Callable[[], Found]) -> Callable[[], Found]:
    """A question that is asked once a run; outside of one, at every call."""

    @wraps(ask)
    def answer() -> Found:
        known = _answers.get()
        if known is None:
            return ask()
        if ask not in known:
            known[ask] = ask()
        return cast(Found, known[ask])

    return answer
