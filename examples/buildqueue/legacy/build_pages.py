"""What HTTP clients see of one build."""

import gzip
import json
import re

import texts
from flask import Response, jsonify, request


def add_build_pages(app, store):
    @app.get("/builds/<build_id>")
    def get_build(build_id):
        build = store.get(build_id)
        if not build:
            return no_such_build(build_id)
        return jsonify(
            id=build["id"],
            project=build["project"],
            branch=build["branch"],
            status=build["status"].lower(),
            exit_code=build["exit_code"],
            finished_at=build["finished_at"],
            agents=texts.answered(build["agents"]),
            artifacts=[{"name": name, "url": texts.artifact_url(build_id, name)} for name in build["artifacts"]],
        )

    @app.get("/builds/<build_id>/log")
    def log(build_id):
        build = store.get(build_id)
        if not build:
            return no_such_build(build_id)
        text = "".join(
            f"{step['name']}: {'ok' if step['ok'] else 'failed'} in {step['took_ms']} ms\n" for step in build["steps"]
        )
        body = (text * 20).encode() + store.log(build_id)
        if pattern := request.args.get("grep"):
            lines = body.decode("utf-8", "replace").split("\n")
            body = "".join(f"{line}\n" for line in lines if re.search(pattern, line)).encode()
        response = Response(body, mimetype="text/plain")
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            response.data = gzip.compress(body)
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
        return response

    @app.get("/builds/<build_id>/events")
    def events(build_id):
        build = store.get(build_id)
        if not build:
            return no_such_build(build_id)
        return Response((json.dumps(event) + "\n" for event in life_of(build)), mimetype="application/x-ndjson")

    @app.post("/builds/<build_id>/artifacts")
    def add_artifact(build_id):
        file = request.files.get("file")
        if not file or not file.filename:
            return jsonify(error="file is required"), 400
        if not store.add_artifact(build_id, file.filename):
            return no_such_build(build_id)
        data = file.read()
        tags = request.form.get("tags", "").split(",")
        body = jsonify(
            build=build_id,
            name=file.filename,
            media_type=file.mimetype,
            bytes=len(data),
            checksum=sum(data) % 65536,
            tags=tags,
            stored_at=texts.now_text(),
        )
        return body, 201


def no_such_build(build_id):
    return jsonify(error="no such build", id=build_id), 404


def life_of(build):
    """Each event of a build, with its time."""

    def event(name, after_ms, **more):
        return {"at": texts.event_time(build["submitted_at_s"], after_ms), "event": name, **more}

    yield event("submitted", 0, branch=build["branch"])
    after_ms = build["queued_s"] * 1000
    for step in build["steps"]:
        after_ms += step["took_ms"]
        yield event("step", after_ms, step=step["name"], ok=step["ok"])
    if build["finished_at"]:
        yield event("finished", after_ms, status=build["status"].lower())
