"""The queue's database."""

import json
import sqlite3
import threading
from contextlib import contextmanager
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS builds (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, project TEXT, branch TEXT, status TEXT,
  exit_code INTEGER, log BLOB NOT NULL DEFAULT x'', document TEXT
);
CREATE INDEX IF NOT EXISTS by_project ON builds (project, number);
"""
SELECT = "SELECT document, status, exit_code, length(log) FROM builds"


def _build(row):
    document, status, exit_code, uploaded = row
    build = json.loads(document)
    return {**build, "status": status, "exit_code": exit_code, "log_bytes": build["log_bytes"] + uploaded}


class Store:
    """SQLite behind both APIs; one connection per thread."""

    def __init__(self, path, seed_dir):
        self._path = path
        self._local = threading.local()
        self._db().executescript(SCHEMA)
        if not self._db().execute("SELECT 1 FROM builds LIMIT 1").fetchone():
            with (Path(seed_dir) / "builds.jsonl").open(encoding="utf-8") as lines, self._writing() as db:
                for line in lines:
                    self._insert(db, json.loads(line))

    def _db(self):
        if not hasattr(self._local, "db"):
            self._local.db = sqlite3.connect(self._path, timeout=10)
            self._local.db.execute("PRAGMA journal_mode=WAL")
            self._local.db.execute("PRAGMA synchronous=OFF")
        return self._local.db

    @contextmanager
    def _writing(self):
        """A transaction that no other writer can come between."""
        with self._db() as db:
            db.execute("BEGIN IMMEDIATE")
            yield db

    @staticmethod
    def _insert(db, build):
        db.execute(
            "INSERT INTO builds (id, project, branch, status, exit_code, document) VALUES (?, ?, ?, ?, ?, ?)",
            (build["id"], build["project"], build["branch"], build["status"], build["exit_code"], json.dumps(build)),
        )

    def add(self, build):
        with self._writing() as db:
            self._insert(db, build)

    def get(self, build_id):
        row = self._db().execute(f"{SELECT} WHERE id = ?", (build_id,)).fetchone()
        return _build(row) if row else None

    def set_status(self, build_id, status):
        with self._writing() as db:
            db.execute("UPDATE builds SET status = ? WHERE id = ?", (status, build_id))

    def log(self, build_id):
        """What was uploaded so far."""
        return self._db().execute("SELECT log FROM builds WHERE id = ?", (build_id,)).fetchone()[0]

    def append_log(self, build_id, data):
        """Whether there is such a build."""
        with self._writing() as db:
            row = db.execute("SELECT log FROM builds WHERE id = ?", (build_id,)).fetchone()
            if row:
                db.execute("UPDATE builds SET log = ? WHERE id = ?", (row[0] + data, build_id))
        return bool(row)

    def add_artifact(self, build_id, name):
        """Whether there is such a build."""
        with self._writing() as db:
            row = db.execute("SELECT document FROM builds WHERE id = ?", (build_id,)).fetchone()
            if row:
                build = json.loads(row[0])
                build["artifacts"].append(name)
                db.execute("UPDATE builds SET document = ? WHERE id = ?", (json.dumps(build), build_id))
        return bool(row)

    def of_project(self, project, status=None):
        """Newest first."""
        query = f"{SELECT} WHERE project = ?"
        args = [project]
        if status:
            query += " AND status = ?"
            args.append(status)
        return [_build(row) for row in self._db().execute(f"{query} ORDER BY number DESC", args)]

    def search(self, text, limit):
        """Oldest first, without the sandboxes."""
        where = "WHERE branch LIKE ? AND project NOT LIKE 'sandbox-%' ORDER BY number LIMIT ?"
        return [_build(row) for row in self._db().execute(f"{SELECT} {where}", (f"%{text}%", limit))]
