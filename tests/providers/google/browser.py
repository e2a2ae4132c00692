"""A person in front of the consent page."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

import httpx2

from app.providers.google.tokens import NEEDED
from tests.providers.google.worlds import GoogleWorld

RIGHTS = [*NEEDED, "openid", "email"]


class Browser:
    """Opens the consent page and does what a person does there: ``decision`` and the boxes that stay ticked. ``first``: goes to
    the door with something else before."""

    def __init__(self, world: GoogleWorld, decision: str = "allow", ticked: list[str] | None = None) -> None:
        self.world, self.decision, self.ticked = world, decision, RIGHTS if ticked is None else ticked
        self.first: list[Callable[[str, str], httpx2.Request]] = []
        self.pages: list[httpx2.Response] = []
        self.opened = asyncio.Event()
        self.address = ""
        self.task: asyncio.Task[None] | None = None

    def __call__(self, address: str) -> None:
        self.address = address
        self.opened.set()
        if self.decision:
            self.task = asyncio.create_task(self._visit(address))

    async def _visit(self, address: str) -> None:
        async with httpx2.AsyncClient() as http:
            page = await http.get(address)
            self.pages.append(page)
            if page.status_code != 200:
                return
            hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
            hidden = {name: value.replace("&#x27;", "'").replace("&amp;", "&") for name, value in hidden.items()}
            for make in self.first:
                self.pages.append(await http.send(make(hidden["redirect_uri"], hidden["state"])))
            form = {**hidden, "user": self.world.email, "decision": self.decision, "scope": self.ticked}
            answer = await http.post(f"{self.world.server.base}/o/oauth2/v2/auth/consent", data=form)
            self.pages.append(await http.get(answer.headers["location"]))
