package dev.crossfade.buildqueue;

import io.undertow.server.HttpHandler;
import io.undertow.server.RoutingHandler;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.util.UUID;

/** The HTTP/JSON API. */
final class WebApi {
  private static final HttpString REQUEST_ID = new HttpString("X-Request-Id");

  private final BuildPages build;
  private final ProjectPages project;

  WebApi(Store store) {
    build = new BuildPages(store);
    project = new ProjectPages(store);
  }

  HttpHandler handler() {
    RoutingHandler routes =
        new RoutingHandler()
            .get("/builds/{id}", build::show)
            .get("/builds/{id}/log", build::log)
            .add(Methods.HEAD, "/builds/{id}/log", build::log)
            .get("/builds/{id}/events", build::events)
            .post("/builds/{id}/artifacts", build::addArtifact)
            .get("/projects/{project}/builds", project::builds)
            .get("/projects/{project}/stats", project::stats)
            .get("/projects/{project}/badge.txt", project::badge)
            .get("/projects/{project}/feed", project::feed)
            .post("/projects/{project}/builds", project::submit);
    return new BlockingHandler(
        exchange -> {
          exchange.getResponseHeaders().put(REQUEST_ID, UUID.randomUUID().toString());
          routes.handleRequest(exchange);
        });
  }
}
