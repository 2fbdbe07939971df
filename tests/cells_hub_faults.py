"""How a hub on this machine answers, and how it fails: by a status, by silence, or in the middle of a file."""

import json
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

LONGER_THAN_ALLOWED = 20.0  # seconds


@dataclass
class Fault:
    """From the request on that has `where` in its line: a status, "silent" or "cut".

    cut: a connection that ends in the middle of what it brings. wait: seconds, and code: the Hub's own word, which go
    with a status. times: so many requests fail, then none.
    """

    kind: int | str
    where: str = ""
    wait: int | None = None
    code: str = ""
    times: int = 10**6


class FaultyHandler(BaseHTTPRequestHandler):
    """Answers by `answer`, unless the server's fault comes first."""

    protocol_version = "HTTP/1.1"

    def answer(self, body: bytes) -> None:
        """Answer the request."""
        raise TypeError(f"{type(self).__name__} must define answer()")

    def reply(self, tree: Any) -> None:
        """Send JSON."""
        self._send(200, json.dumps(tree).encode(), {"Content-Type": "application/json"})

    def reply_file(self, content: bytes, headers: dict[str, str]) -> None:
        """Send a file."""
        self._send(200, content, headers)

    def refuse(self, status: int, code: str, wait: int | None = None) -> None:
        """Send a status, with the Hub's own code of the error."""
        told = {"X-Error-Code": code} if code else {}
        self._send(status, b"{}", told | ({"Retry-After": str(wait)} if wait is not None else {}))

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[: len(body) // 2] if self.cutting else body)
        self.close_connection = self.close_connection or self.cutting

    def _handle(self) -> None:
        line = f"{self.command} {self.path}"
        body = self._body()
        self.server.requests.append(line)
        fault = self._fault(line)
        self.cutting = fault is not None and fault.kind == "cut"
        if fault is not None and fault.kind == "silent":
            self.server.over.wait(LONGER_THAN_ALLOWED)
            self.close_connection = True
        elif fault is not None and isinstance(fault.kind, int):
            self.refuse(fault.kind, fault.code, fault.wait)
        else:
            self.answer(body)

    def _fault(self, line: str) -> Fault | None:
        fault = self.server.fault
        if fault is None or fault.where not in line or fault.times <= 0:
            return None
        fault.times -= 1
        return fault

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    do_GET = do_HEAD = do_POST = do_PUT = _handle  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Quiet."""
