"""A preview on this machine, rebuilt when pages or data change; the browser reloads it."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from patron.console import say
from patron.errors import PatronError
from patron.shop import Shop
from reports.builder.api import Request, build_site

_POLL_SECONDS = 0.7
_VERSION_PATH = "/__version"
_CSP_START = b'<meta http-equiv="Content-Security-Policy"'
_RELOAD = """<script>
(function poll(version) {
  fetch('/__version').then(function (answer) { return answer.text(); }).then(function (now) {
    if (now !== version) location.reload();
    setTimeout(poll, 1000, now);
  }, function () { setTimeout(poll, 2000, version); });
})('%s');
</script>
"""
_State = list[tuple[str, int, int]]


class PreviewServer:
    """Serves a site from a temporary folder and keeps it up to date.

    Args:
        shop: Whose data are shown.
        port: On the loopback interface; 0 takes a free one.
        wait_seconds: How long a build waits for the published copy.
        content: The folder of pages; the project's by default.
    """

    def __init__(
        self, shop: Shop, port: int, wait_seconds: float, content: Path | None = None
    ) -> None:
        self._shop = shop
        self._wait = wait_seconds
        self._content = content or shop.project / "reports"
        self._folder = tempfile.TemporaryDirectory(prefix="patron-preview-")
        self._site = Path(self._folder.name) / "site"
        self._stopped = threading.Event()
        self._builds = 0
        handler = partial(_Handler, directory=str(self._site), version=lambda: str(self._builds))
        try:
            self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        except OSError as error:
            self._folder.cleanup()
            raise PatronError(
                f"cannot listen on port {port}: {error.strerror}",
                remedy="choose another with --port, or 0 for a free one",
            ) from error

    @property
    def url(self) -> str:
        """Where the preview is."""
        return f"http://127.0.0.1:{self._server.server_port}/"

    def run(self) -> None:
        """Build, serve and rebuild until `stop` is called."""
        seen = self._state()  # before the build, which may miss what changes meanwhile
        self._build()
        watcher = threading.Thread(target=self._watch, args=(seen,), daemon=True)
        watcher.start()
        try:
            self._server.serve_forever()
        finally:
            self._stopped.set()
            watcher.join()
            self.close()

    def close(self) -> None:
        """Let go of the port and of the temporary folder."""
        self._server.server_close()
        self._folder.cleanup()

    def stop(self) -> None:
        """Make `run` return."""
        self._stopped.set()
        self._server.shutdown()

    def _watch(self, seen: _State) -> None:
        while not self._stopped.wait(_POLL_SECONDS):
            try:
                now = self._state()
            except OSError:  # a file vanished while it was looked at
                continue
            if now != seen:
                seen = now
                self._build()

    def _build(self) -> None:
        try:
            request = Request(wait_seconds=self._wait, content=self._content)
            result = build_site(self._shop, self._site, request=request)
        except (PatronError, OSError) as error:
            say(f"patron: {error}")
            return
        for notice in (*result.warnings, *result.errors):
            say(str(notice))
        self._builds += 1
        say(f"Built {len(result.pages)} pages")

    def _state(self) -> _State:
        found = [(file, file.stat()) for file in self._watched() if file.exists()]
        return [(str(file), about.st_mtime_ns, about.st_size) for file, about in found]

    def _watched(self) -> Iterator[Path]:
        yield from (self._shop.published, self._content / "site.yaml")
        yield from sorted(
            file
            for folder in ("pages", "queries", "partials", "theme", "themes", "static")
            for file in (self._content / folder).rglob("*")
            if file.is_file()
        )


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, *request: Any, version: Callable[[], str], **options: Any) -> None:
        self._version = version
        super().__init__(*request, **options)

    def do_GET(self) -> None:
        # Read before the page: one that is older than it says would never be loaded again.
        version = self._version()
        if self.path == _VERSION_PATH:
            self._send(version.encode(), "text/plain")
            return
        file = Path(self.translate_path(self.path))
        file = file / "index.html" if file.is_dir() else file
        if file.suffix == ".html" and file.is_file():
            script = (_RELOAD % version).encode()
            page = file.read_bytes().replace(b"</body>", script + b"</body>")
            # The policy of the built page forbids the reload script; the preview does without it.
            self._send(page.replace(_CSP_START, b'<meta name="csp"'), "text/html; charset=utf-8")
            return
        super().do_GET()

    def _send(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing about each request."""


def preview(shop: Shop, port: int, wait_seconds: float) -> None:
    """Serve the preview until it is interrupted."""
    server = PreviewServer(shop, port, wait_seconds)
    say(f"Preview at {server.url} (stop with Ctrl-C)")
    try:
        server.run()
    except KeyboardInterrupt:
        say("Preview stopped")
