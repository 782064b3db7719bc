"""A small service whose traffic the tools recorded."""

import gzip
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NOTES = {}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.headers.get("transfer-encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        extra = []
        status, data, kind = 404, b'{"error":"no such note"}', "application/json"
        if self.path == "/login":
            status, data = 200, b'{"user":"ann"}'
            extra = [("Set-Cookie", "sid=s3cr3t-session-1; HttpOnly")]
        elif self.command == "POST" and self.path == "/notes":
            number = len(NOTES) + 1
            NOTES[number] = {"id": number, **json.loads(body)}
            status, data = 201, json.dumps(NOTES[number]).encode()
        elif self.path.startswith("/notes/"):
            number = int(self.path.rpartition("/")[2])
            if number in NOTES:
                if self.command == "DELETE":
                    del NOTES[number]
                    status, data = 204, b""
                else:
                    status, data = 200, json.dumps(NOTES[number]).encode()
        elif self.path.startswith("/big"):
            status, data = (
                200,
                gzip.compress(json.dumps({"text": "grüße " * 300}, ensure_ascii=False).encode(), mtime=0),
            )
            extra = [("Content-Encoding", "gzip")]
        elif self.path == "/logo":
            status, data, kind = 200, bytes(range(256)), "image/png"
        elif self.path == "/events":
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for n in range(3):
                part = b'data: {"n":%d}\n\n' % n
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            self.wfile.write(b"0\r\n\r\n")
            return
        elif self.path == "/form":
            status, data, kind = 200, body, "text/plain"
        self.send_response(status)
        for name, value in [("Content-Type", kind), *extra]:
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_GET = do_POST = do_DELETE = do_PUT = do_HEAD = handle_any

    def log_message(self, *a):
        pass


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
