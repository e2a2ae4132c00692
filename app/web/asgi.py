"""The application that strangers reach: which address leads where, what everybody must get past, and what is kept ready.

A page that nothing has changed is not drawn again: its bytes are kept until the next push or the next minute.
"""

from __future__ import annotations

import logging
import re
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from app import wire
from app.domain.clock import Clock
from app.domain.public import PublicPage
from app.domain.typed import Fault
from app.web import answers, guard
from app.web.answers import Answer, accepts_gzip, protective
from app.web.assets import Assets
from app.web.booking import Booking
from app.web.drawing import Drawing
from app.web.held import HeldViews
from app.web.limits import LASTING, FormTokens, Kind, Rates
from app.web.link import Link
from app.web.managing import Managing
from app.web.pages import Pages
from app.web.receiving import Reception, Refusal
from app.web.secret import SecretLinks, parse
from app.web.views import Views
from app.web.visit import Visit, visit

_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,64}")
_KEPT_BYTES = 4 * 1024 * 1024
_FOREVER = b"public, max-age=31536000, immutable"
_UNLISTED = (b"x-robots-tag", b"noindex")
_ONLY_TLS = (b"strict-transport-security", b"max-age=31536000")
_HEALTH = "/healthz"
_NONCE = re.compile(r"[0-9a-f]{16,64}")
_KEY_HEADERS = (b"accept", b"accept-language", b"accept-encoding")
_SLUG = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+)?")
_log = logging.getLogger(__name__)

Handler = Callable[[Visit], Awaitable[Answer] | Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """What stands at an address: for each method the handler. ``kind``: what a visit counts as, if it counts."""

    handlers: Mapping[str, Handler]
    kind: Kind | None = Kind.VIEW

    @property
    def allowed(self) -> bytes:
        """The value of an Allow header."""
        methods = {*self.handlers, "OPTIONS", *(("HEAD",) if "GET" in self.handlers else ())}
        return ", ".join(sorted(methods)).encode()


class Kept:
    """Answers that may be sent again as long as ``state`` stays what it was, each with what it counts as."""

    def __init__(self) -> None:
        self._state: object = None
        self._answers: dict[object, tuple[Answer, Kind | None]] = {}
        self._size = 0

    def get(self, state: object, key: object) -> tuple[Answer, Kind | None] | None:
        """None if it is not kept; with another ``state`` everything is forgotten first."""
        if state != self._state:
            self._state, self._answers, self._size = state, {}, 0
        return self._answers.get(key)

    def put(self, state: object, key: object, answer: Answer, kind: Kind | None) -> None:
        """Keeps the answer if there is room."""
        size = len(answer.body) + 1024
        if self.get(state, key) is None and self._size + size <= _KEPT_BYTES:
            self._answers[key] = (answer, kind)
            self._size += size


class App:
    """The ASGI application. ``key`` signs form tokens; ``ticks``: seconds that only go forward."""

    def __init__(
        self,
        link: Link,
        key: bytes,
        clock: Clock,
        ticks: Callable[[], float] = time.monotonic,
        drawing: Drawing | None = None,
    ) -> None:
        self.drawing = drawing or Drawing(Assets())
        self.assets = self.drawing.assets
        self.headers = protective(self.assets.style_hash)
        self._link, self._clock, self._key = link, clock, key
        self._rates = Rates(ticks, link.remember, link.shelf.name_of)
        for each in link.remembered:
            if each.kind in LASTING:
                self._rates.restore(Kind(each.kind), each.name, clock.now() - each.at)
        tokens = FormTokens(key, ticks)
        views = Views(self.drawing)
        self._pages = Pages(link, clock, tokens, views)
        reception = Reception(tokens, self._rates, self._pages)
        self._booking = Booking(link, clock, tokens, reception, views, self._pages)
        self._managing = Managing(link, clock, tokens, self._rates, reception, HeldViews(self.drawing), self._pages)
        self._secret = SecretLinks(link, self._rates, self._pages)
        self._kept = Kept()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        answer = await self._answer(scope, receive)
        if answer is None:
            return
        host = self._link.shelf.host
        headers = answer.header_list(self.headers, host.embedders if host is not None else ())
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        body = b"" if scope["method"] == "HEAD" else answer.body
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope, receive: Receive) -> Answer | None:
        """The answer; None if the visitor has gone."""
        headers = dict(scope["headers"])
        host = self._link.shelf.host
        if host is None:
            return Answer(503, b"Not ready yet", answers.TEXT, ((b"retry-after", b"1"),))
        # A domain is asked for its sign before it is the owner's for good; that tells nobody anything.
        if scope["path"] != _HEALTH and not guard.host_allowed(headers.get(b"host"), host):
            return Answer(421, b"This computer does not answer to that name", answers.TEXT)
        reading = scope["method"] in ("GET", "HEAD")
        name, secure = guard.host_of(headers.get(b"host", b"")), guard.is_secure(headers, host)
        key = (scope["path"], scope["query_string"], name, secure, *(headers.get(name) for name in _KEY_HEADERS))
        state = self._state
        if reading and (kept := self._kept.get(state, key)) is not None:
            answer, kind = kept
            direct = guard.is_direct(scope, headers, host)
            if kind is None or self._may(kind, direct, guard.visitor_address(scope, headers, host)):
                return answer
        try:
            answer, kind = await self._work(visit(scope, receive, headers, host))
        except ClientDisconnect:
            return None
        if answer.type == answers.HTML and not guard.is_indexed(name, host) and _UNLISTED not in answer.headers:
            answer = replace(answer, headers=(*answer.headers, _UNLISTED))
        if secure:
            answer = replace(answer, headers=(*answer.headers, _ONLY_TLS))
        if accepts_gzip(headers.get(b"accept-encoding", b"")):
            answer = answer.packed()
        if reading and answer.keep and state == self._state:
            self._kept.put(state, key, answer, kind)
        return answer

    def _may(self, kind: Kind, direct: bool, address: str) -> bool:
        """Counts a visit, unless it is one too many."""
        if not direct and self._rates.take(kind, address):
            return False
        self._link.count(views=1)
        return True

    @property
    def _state(self) -> object:
        """What a page depends on besides its address and the visitor's headers."""
        return self._link.shelf.revision, self._clock.now() // 60, self._link.stale

    async def _work(self, visit: Visit) -> tuple[Answer, Kind | None]:
        """Finds and runs the handler. The edge: whatever goes wrong ends here, and the visitor learns no more than that."""
        if visit.path.endswith("/slots"):
            visit = replace(visit, wants_data=True)
        kind: Kind | None = Kind.VIEW
        try:
            route = self._route(visit.path, visit.method)
            kind = route.kind if route is not None else kind
            if kind is not None and not self._may(kind, visit.direct, visit.address):
                return self._pages.too_many(visit, self._rates.wait(kind, visit.address)), kind
            return await self._handle(visit, route), kind
        except Refusal as refusal:
            return refusal.answer, kind
        except ClientDisconnect:
            raise
        except Exception as error:
            # The message of an exception may hold what a visitor wrote; where it happened does not.
            frames = traceback.extract_tb(error.__traceback__)[-4:]
            where = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
            _log.error("a request failed: %s in %s", type(error).__name__, where)
            return self._pages.problem(visit, 500, "internal"), kind

    async def _handle(self, visit: Visit, route: Route | None) -> Answer:
        if route is None:
            return self._pages.not_found(visit)
        if visit.method == "OPTIONS":
            return Answer(204, headers=((b"allow", route.allowed),))
        handler = route.handlers.get("GET" if visit.method == "HEAD" else visit.method)
        if handler is None:
            refused = self._pages.problem(visit, 405, "method_not_allowed")
            return replace(refused, headers=(*refused.headers, (b"allow", route.allowed)))
        found = handler(visit)
        return found if isinstance(found, Answer) else await found

    # Where an address leads

    def _route(self, path: str, method: str) -> Route | None:
        first, _, rest = path.removeprefix("/").partition("/")
        match first:
            case "":
                return Route({"GET": self._pages.home}) if path == "/" else None
            case "healthz":
                return Route({"GET": self._health}, None) if not rest else None
            case "robots.txt":
                return Route({"GET": self._pages.robots}, None) if not rest else None
            case "static":
                return self._static(rest)
            case "picture":
                return self._picture(rest)
            case "meetings":
                return self._meetings(rest, method)
            case "manage":
                return self._manage(rest)
        return None

    def _health(self, visit: Visit) -> Answer:
        """That something answers; and, given a number that was never used, that it is this very program."""
        if not visit.has("sign"):
            return Answer(200, b"ok", answers.TEXT, keep=True)
        nonce = visit.one("sign")
        if not _NONCE.fullmatch(nonce):
            return answers.data(422, {"error": "invalid", "fields": {"sign": Fault.NOT_OFFERED}})
        sign = wire.sign_of(self._key.hex(), nonce)
        return answers.data(200, {"status": "ok", "sign": sign, "proxied": guard.is_marked(visit.headers, visit.host)})

    def _static(self, name: str) -> Route | None:
        file = self.assets.files.get(name)
        if file is None:
            return None

        def send(visit: Visit) -> Answer:
            packed = bool(file.packed) and accepts_gzip(visit.headers.get(b"accept-encoding", b""))
            more = ((b"content-encoding", b"gzip"),) if packed else ()
            vary = (b"vary", b"accept-encoding")
            body = file.packed if packed else file.body
            return Answer(200, body, file.type.encode(), (vary, *more), plain=True, cache=_FOREVER)

        return Route({"GET": send}, None)

    def _picture(self, name: str) -> Route | None:
        """A photo or logo; its name is that of its content, so it may be kept for ever."""
        picture = self._link.shelf.pictures.get(name)
        if picture is None:
            return None
        type_, body = picture
        return Route({"GET": lambda _: Answer(200, body, type_, plain=True, cache=_FOREVER)}, None)

    def _behind_link(self, slug: str, token: str, action: str) -> Route:
        async def open_(visit: Visit) -> Answer:
            page = await self._secret.page(visit, slug, token)
            visit = replace(visit, link=token).on(page)
            match action:
                case "slots":
                    return self._pages.slots_of(visit, page)
                case "book":
                    return await self._booking.book(visit, page)
                case "message":
                    return await self._booking.message(visit, page)
            found = self._pages.show(visit, page)
            answer = found if isinstance(found, Answer) else await found
            # Whether the link is good is asked each time; its address stands in the page.
            return replace(answer, keep=False, plain=True, headers=(*answer.headers, _UNLISTED))

        if action in ("book", "message"):
            return Route({"POST": open_})
        return Route({"GET": open_}, Kind.SLOTS if action else Kind.VIEW)

    def _meetings(self, rest: str, method: str) -> Route | None:
        secret = parse(rest)
        if secret is not None:
            return self._behind_link(*secret)
        slug, _, last = rest.rpartition("/")
        if not rest.isascii() or not rest:
            return None
        if not last:
            return Route({"GET": lambda _: answers.redirect(301, f"/meetings/{slug}")}) if _SLUG.fullmatch(slug) else None
        if slug and last == "slots":
            return Route({"GET": lambda visit: self._pages.slots(visit, slug)}, Kind.SLOTS)
        if slug and last == "book":
            return Route({"POST": lambda visit: self._to_page(visit, slug, self._booking.book)})
        # No page can be called like the two above; one may be called like this, but then it is only read.
        a_page = method in ("GET", "HEAD") and (self._pages.find(rest) or not self._pages.find(slug))
        if slug and last == "message" and not a_page:
            return Route({"POST": lambda visit: self._to_page(visit, slug, self._booking.message)})
        return Route({"GET": lambda visit: self._pages.read(visit, rest)})

    async def _to_page(self, visit: Visit, slug: str, handler: Callable[[Visit, PublicPage], Awaitable[Answer]]) -> Answer:
        page = self._pages.find(slug)
        return self._pages.not_found(visit) if page is None else await handler(visit.on(page), page)

    def _manage(self, rest: str) -> Route | None:
        token, _, action = rest.partition("/")
        if not _TOKEN.fullmatch(token):
            return None
        match action:
            case "" if rest == token:
                return Route({"GET": lambda visit: self._managing.look(visit, token)})
            case "ics":
                return Route({"GET": lambda visit: self._managing.file(visit, token)})
            case "cancel":
                return Route({"POST": lambda visit: self._managing.cancel(visit, token)})
            case "reschedule":
                return Route({"POST": lambda visit: self._managing.move(visit, token)})
        return None
