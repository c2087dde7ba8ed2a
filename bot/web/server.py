"""The web server: pages, the chat's API, the widget, health and figures. Nothing is fetched from elsewhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

import orjson
import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from prometheus_client import generate_latest

from bot import limits, metrics
from bot.web.pages import Handler, environment

HERE = Path(__file__).parent
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *"
)
"""No inline script or style. The page may be framed: offices embed the widget in their own sites."""

HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}

Health = Callable[[], Awaitable[dict[str, Any]]]
"""Gives {"status": "ok", ...}, or another status with what is wrong."""

log = structlog.get_logger()


def _errors(office: str) -> Middleware:
    @web.middleware
    async def told(request: web.Request, handler: Handler) -> web.StreamResponse:
        """A clear sentence for every mistake; no traceback ever leaves."""
        try:
            return await handler(request)
        except web.HTTPException as error:
            if error.status < 400:
                raise
            return _error(request, office, error.status, _SENTENCES.get(error.status, "Yêu cầu không thực hiện được."))
        except Exception:
            resource = request.match_info.route.resource
            log.exception("request_failed", path=resource.canonical if resource else "")  # a path may hold a secret
            return _error(request, office, 500, "Hệ thống gặp trục trặc. Anh/chị thử lại sau ít phút giúp em nhé.")

    return told


_SENTENCES = {
    400: "Yêu cầu không hợp lệ.",
    403: "Không được phép.",
    404: "Không có trang này.",
    405: "Cách gọi này không được hỗ trợ.",
    413: "Nội dung gửi lên quá lớn.",
}


def _error(request: web.Request, office: str, status: int, sentence: str) -> web.Response:
    """A page for people, JSON for programs."""
    if "text/html" in request.headers.get("Accept", ""):
        text = (
            environment()
            .get_template("error.html")
            .render(office=office, sentence=sentence, status=status, path=request.path)
        )
        return web.Response(text=text, status=status, content_type="text/html")
    return web.Response(body=orjson.dumps({"error": sentence}), status=status, content_type="application/json")


async def _headers(_request: web.Request, response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def build(
    routes: Iterable[web.RouteDef], office: str, health: Health, notice: Callable[[], str] = str
) -> web.Application:
    """The application with the given routes beside its own pages; ``notice``: a line for the chat page, or nothing."""
    app = web.Application(middlewares=[_errors(office)], client_max_size=limits.MAX_WEBHOOK_BYTES)
    app.on_response_prepare.append(_headers)
    pages = _Pages(office, health, notice)
    app.router.add_routes([*pages.routes(), *routes])
    app.router.add_static("/static/", HERE / "static")
    return app


class _Pages:
    def __init__(self, office: str, health: Health, notice: Callable[[], str]) -> None:
        loader = FileSystemLoader(HERE / "templates")
        self._templates = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
        self._office = office
        self._health = health
        self._notice = notice

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self._page("chat.html")),
            web.get("/quyen-rieng-tu", self._page("privacy.html")),
            web.get("/widget.js", self._widget),
            web.get("/healthz", self._healthz),
            web.get("/metrics", self._metrics),
        ]

    def _page(self, name: str) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def show(_request: web.Request) -> web.Response:
            text = self._templates.get_template(name).render(office=self._office, notice=self._notice())
            return web.Response(text=text, content_type="text/html", headers={"Cache-Control": "no-cache"})

        return show

    async def _widget(self, _request: web.Request) -> web.FileResponse:
        headers = {"Content-Type": "text/javascript; charset=utf-8", "Cache-Control": "max-age=3600"}
        return web.FileResponse(HERE / "static" / "widget.js", headers=headers)

    async def _healthz(self, _request: web.Request) -> web.Response:
        health = await self._health()
        status = 200 if health["status"] == "ok" else 503
        return web.Response(body=orjson.dumps(health), status=status, content_type="application/json")

    async def _metrics(self, _request: web.Request) -> web.Response:
        return web.Response(
            body=generate_latest(metrics.REGISTRY), headers={"Content-Type": "text/plain; charset=utf-8"}
        )
