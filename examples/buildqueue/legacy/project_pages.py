"""What HTTP clients see of a project."""

import hashlib
import json
import time
from decimal import Decimal

import texts
from flask import Response, jsonify, request
from rpc import new_build

COST_PER_S = Decimal("0.00013")
EVENT_INTERVAL_S = 0.002


def add_project_pages(app, store):
    @app.get("/projects/<project>/builds")
    def list_builds(project):
        status = request.args.get("status", "")
        limit = request.args.get("limit", default=20, type=int)
        builds = store.of_project(project, status.upper() or None)[:limit]
        return jsonify(
            project=project,
            builds=[
                {
                    "id": build["id"],
                    "branch": build["branch"],
                    "status": build["status"].lower(),
                    "retries": build["retries"],
                    "cost": build["duration_s"] * COST_PER_S,
                }
                for build in builds
            ],
            total_bytes=sum(build["log_bytes"] for build in builds),
        )

    @app.get("/projects/<project>/stats")
    def stats(project):
        last = request.args.get("last", default=8, type=int)
        builds = store.of_project(project)[:last]
        if not builds:
            return jsonify(error="no such project", project=project), 404
        per_branch = {}
        for build in builds:
            per_branch[build["branch"]] = per_branch.get(build["branch"], 0) + 1
        green = all(build["status"] != "FAILED" for build in builds)
        failures = [build["id"] for build in builds if build["status"] == "FAILED"]
        return jsonify(
            project=project,
            builds=len(builds),
            avg_queue_s=sum(build["queued_s"] for build in builds) / len(builds),
            branches=[{"branch": name, "builds": count} for name, count in per_branch.items()],
            summary=f"green={green} last_failure={failures[0] if failures else None}",
            served_at=texts.now_text(),
        )

    @app.post("/projects/<project>/builds")
    def submit(project):
        branch = request.form.get("branch", "")
        if not branch:
            return jsonify(error="branch is required"), 400
        priority = request.form.get("priority", default=5, type=int)
        build = new_build(project, branch, request.form.getlist("label"), {})
        store.add(build)
        body = jsonify(
            id=build["id"],
            branch=branch,
            labels=build["labels"],
            priority=priority,
            note=request.form.get("note", ""),
            accepted_at=texts.now_text(),
        )
        return body, 201

    @app.get("/projects/<project>/badge.txt")
    def badge(project):
        builds = store.of_project(project)
        state = builds[0]["status"].lower() if builds else "unknown"
        style = request.args.get("style", "flat")
        text = f"[{project}] {state} ({style})\n"
        response = Response(text, mimetype="text/plain")
        response.headers["Cache-Control"] = "max-age=60"
        response.set_etag(hashlib.sha1(text.encode()).hexdigest())
        return response.make_conditional(request)

    @app.get("/projects/<project>/feed")
    def feed(project):
        last = request.args.get("last", default=8, type=int)
        builds = store.of_project(project)[:last]
        if not builds:
            return jsonify(error="no such project", project=project), 404
        most_retried = sorted(builds, key=lambda build: build["retries"], reverse=True)
        response = Response(feed_events(most_retried), mimetype="text/event-stream")
        response.headers["Cache-Control"] = "no-cache"
        return response


def feed_events(builds):
    """One server-sent event for each build."""
    for build in builds:
        data = {"branch": build["branch"], "status": build["status"].lower(), "retries": build["retries"]}
        yield f"id: {build['id']}\nevent: build\ndata: {json.dumps(data)}\n\n"
        time.sleep(EVENT_INTERVAL_S)
