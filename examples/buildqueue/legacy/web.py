"""The HTTP/JSON API."""

import world
from build_pages import add_build_pages
from flask import Flask
from project_pages import add_project_pages


def make_app(store):
    app = Flask("buildqueue")

    @app.after_request
    def add_request_id(response):
        response.headers["X-Request-Id"] = world.new_id()
        return response

    add_build_pages(app, store)
    add_project_pages(app, store)
    return app
