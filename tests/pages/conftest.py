"""A real browser, and the samples served as a service would serve them."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, SimpleQueue
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from typing_extensions import override

import pages
from tests.pages.chromium import ARGUMENTS, chromium
from tests.pages.sample_pages import sample_pages

POLICY = "default-src 'self'"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Closed after its module: while it is open its event loop runs, and no other can."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield launched
        launched.close()


class Site:
    """The samples over HTTP; ``say`` sends a fragment to whoever follows ``/live``."""

    def __init__(self) -> None:
        self.fragments: SimpleQueue[str] = SimpleQueue()
        self.stopping = threading.Event()
        self.documents = {f"/{name}": html for name, html in sample_pages().items()}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self))
        self.server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def say(self, fragment: str) -> None:
        self.fragments.put(fragment)


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, site: Site, *args: Any) -> None:
        self.site = site
        super().__init__(*args)

    def do_GET(self) -> None:
        # A browser that leaves a page hangs up in the middle of an answer.
        with suppress(ConnectionError):
            self._serve()

    def _serve(self) -> None:
        if self.path == "/live":
            self._stream()
        elif self.path in self.site.documents:
            self._answer(self.site.documents[self.path].encode(), "text/html; charset=utf-8")
        elif static := pages.static_file(self.path.removeprefix("/static/")):
            self._answer(static.content, static.media_type)
        else:
            self.send_error(404)

    def _answer(self, body: bytes, media_type: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        while not self.site.stopping.is_set():
            try:
                fragment = self.site.fragments.get(timeout=0.1)
            except Empty:
                continue
            lines = "".join(f"data: {line}\n" for line in fragment.splitlines())
            self.wfile.write(f"{lines}\n".encode())
            self.wfile.flush()

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Tests are quiet."""


@pytest.fixture
def site() -> Iterator[Site]:
    served = Site()
    thread = threading.Thread(target=served.server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield served
    served.stopping.set()
    served.server.shutdown()
    thread.join()
    served.server.server_close()
