"""A hub for tests: an HTTP server on this machine with the part of the Hugging Face Hub's interface that
`datasets` uses to find and fetch a data set's files.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

Revisions = dict[str, dict[str, bytes]]
"""Revision -> path in the repository -> content."""

_API = re.compile(
    r"/api/datasets/(?P<id>[^/]+/[^/]+?)(?:/(?P<what>revision|tree|paths-info)/(?P<revision>[^/]+)(?:/.*)?)?"
)
_FILE = re.compile(r"/datasets/(?P<id>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<path>.+)")


@contextmanager
def serve(repositories: dict[str, Revisions]) -> Iterator[str]:
    """Serve data set repositories while the context lasts; gives the hub's address."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self._file()

        def do_GET(self) -> None:
            path = unquote(urlsplit(self.path).path)
            if _FILE.fullmatch(path):
                self._file()
            else:
                self._api(path, [])

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked = json.loads(body)["paths"] if body.startswith("{") else parse_qs(body)["paths"]
            self._api(unquote(urlsplit(self.path).path), asked)

        def _api(self, path: str, asked: list[str]) -> None:
            match = _API.fullmatch(path)
            found = match and _find(repositories, match["id"], match["revision"] or "main")
            if not match or not found:
                return self._missing(bool(match) and match["id"] in repositories)
            commit, files = found
            if match["what"] == "paths-info":
                self._json([_entry(name, files[name]) for name in asked if name in files])
            elif match["what"] == "tree":
                self._json([_entry(name, content) for name, content in files.items()])
            else:
                self._json(
                    {"id": match["id"], "sha": commit, "siblings": [{"rfilename": name} for name in files]}
                )

        def _file(self) -> None:
            match = _FILE.fullmatch(unquote(urlsplit(self.path).path))
            found = match and _find(repositories, match["id"], match["revision"])
            if not match or not found:
                return self._missing(bool(match) and match["id"] in repositories)
            commit, files = found
            if match["path"] not in files:
                return self._answer(404, b"{}", {"X-Error-Code": "EntryNotFound"})
            content = files[match["path"]]
            self._answer(200, content, {"X-Repo-Commit": commit, "ETag": f'"{_hash(content)}"'})

        def _json(self, value: object) -> None:
            self._answer(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

        def _missing(self, has_repository: bool) -> None:
            code = "RevisionNotFound" if has_repository else "RepoNotFound"
            self._answer(404, b"{}", {"X-Error-Code": code})

        def _answer(self, status: int, content: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _find(
    repositories: dict[str, Revisions], name: str, revision: str
) -> tuple[str, dict[str, bytes]] | None:
    """Commit and files of a revision, named by branch or commit."""
    for branch, files in repositories.get(name, {}).items():
        commit = _hash(f"{name}@{branch}".encode())
        if revision in (branch, commit):
            return commit, files
    return None


def _entry(name: str, content: bytes) -> dict[str, object]:
    return {"type": "file", "path": name, "size": len(content), "oid": _hash(content)}


def _hash(content: bytes) -> str:
    return hashlib.sha1(content).hexdigest()
