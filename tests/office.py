"""A server over a register of its own, and the people who work there."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from geo.auth import Actor, Role, Rules
from geo.changes import Action
from geo.desk import Desk, Edit, Submission
from geo.people import COMMAND_LINE, People
from geo.services import Planner
from geo.settings import Settings
from geo.signin import SESSION_COOKIE
from geo.store import Register, prepare
from tests.browser.conftest import Screen, Server

ZONE = "tn-ccn-son-cam-1"


class Office:
    """The same register as a server's, for what a test does without a browser.

    Parameters
    ----------
    server, folder
        A running server and its ``KHUCUM_VAR``.
    url
        ``DATABASE_URL`` of the server.
    """

    def __init__(self, server: Server, folder: Path, url: str = "") -> None:
        settings = Settings(var_dir=folder, database_url=url)
        self.server = server
        self.register: Register = prepare(settings)
        self.desk = Desk(Planner(settings, self.register), self.register)
        self.people = People(self.register.engine, Rules())
        self.cookies: dict[str, str] = {}
        self.actors: dict[str, Actor] = {}

    def hire(self, login: str, role: Role, name: str = "") -> Actor:
        """Make an account and sign in once."""
        shown = name or login.title()
        link = self.people.add_user(COMMAND_LINE, login, shown, role, None, self.server.address)
        token = link.partition("token=")[2]
        signed = self.people.use_link(token, f"một mật khẩu dài của {login}", "127.0.0.1")
        self.cookies[login], self.actors[login] = signed.cookie, signed.actor
        return signed.actor

    def sign_in(self, screen: Screen, login: str, role: Role = Role.EDITOR) -> Page:
        """Give a browser the session of a person, who is hired if need be."""
        if login not in self.cookies:
            self.hire(login, role)
        cookie = {"name": SESSION_COOKIE, "value": self.cookies[login], "url": screen.address}
        screen.page.context.add_cookies([cookie])  # type: ignore[list-item]  # a typed dict
        return screen.page

    def edit(
        self, zone_id: str = ZONE, reason: str = "theo biên bản", **fields: object
    ) -> Submission:
        """A change of some fields of a zone as it is now."""
        begun = self.desk.begin(zone_id)
        assert begun.raw is not None
        edited = Edit(zone_id, begun.base_version, {**begun.raw, **fields})
        return Submission(Action.EDIT, reason, (edited,))

    def submit(self, login: str, made: Submission) -> int | None:
        """Publish as an approver, propose as an editor; gives the proposal's number."""
        actor = self.actors[login]
        return self.desk.submit(actor, made, publish=actor.role is Role.APPROVER).proposal
