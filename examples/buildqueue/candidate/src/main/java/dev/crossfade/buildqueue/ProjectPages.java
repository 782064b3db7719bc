package dev.crossfade.buildqueue;

import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.form.FormData;
import io.undertow.util.Headers;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** What HTTP clients see of a project. */
final class ProjectPages {
  private static final BigDecimal COST_PER_S = new BigDecimal("0.00013");
  private static final long EVENT_INTERVAL_NS = 2_000_000;

  private final Store store;

  ProjectPages(Store store) {
    this.store = store;
  }

  void builds(HttpServerExchange exchange) throws IOException {
    String project = Http.parameter(exchange, "project", "");
    String status = Http.parameter(exchange, "status", "").toUpperCase(Locale.ROOT);
    List<BuildRecord> found = store.ofProject(project, status);
    int limit = Http.number(Http.parameter(exchange, "limit", ""), 20);
    List<Map<String, Object>> builds = new ArrayList<>();
    long totalBytes = 0;
    for (BuildRecord build : found.subList(0, Math.min(limit, found.size()))) {
      BigDecimal cost = BigDecimal.valueOf(build.durationS()).multiply(COST_PER_S);
      builds.add(
          Map.of(
              "id", build.id(),
              "branch", build.branch(),
              "status", build.status().toLowerCase(Locale.ROOT),
              "retries", build.retries(),
              "cost", Bug.COST.isFixed() ? cost.toString() : cost));
      totalBytes += build.logBytes();
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("project", project);
    body.put("builds", builds);
    body.put(
        "total_bytes",
        Bug.TOTAL_BYTES.isFixed() ? (Object) totalBytes : Long.toString(totalBytes));
    Http.json(exchange, 200, body);
  }

  void stats(HttpServerExchange exchange) throws IOException {
    String project = Http.parameter(exchange, "project", "");
    List<BuildRecord> builds = last(exchange, project);
    if (builds.isEmpty()) {
      Http.json(exchange, 404, Map.of("error", "no such project", "project", project));
      return;
    }
    Map<String, Integer> perBranch =
        Bug.BRANCH_ORDER.isFixed() ? new LinkedHashMap<>() : new HashMap<>();
    boolean green = true;
    String lastFailure = null;
    long queuedS = 0;
    for (BuildRecord build : builds) {
      perBranch.merge(build.branch(), 1, Integer::sum);
      queuedS += build.queuedS();
      if (build.status().equals("FAILED")) {
        green = false;
        lastFailure = lastFailure == null ? build.id() : lastFailure;
      }
    }
    List<Map<String, Object>> branches = new ArrayList<>();
    perBranch.forEach((name, count) -> branches.add(Map.of("branch", name, "builds", count)));
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("project", project);
    body.put("builds", builds.size());
    if (Bug.QUEUE_AVERAGE.isFixed()) {
      body.put("avg_queue_s", (double) queuedS / builds.size());
    } else {
      body.put("avg_queue_s", queuedS / builds.size());
    }
    body.put("branches", branches);
    body.put("summary", "green=" + Texts.text(green) + " last_failure=" + Texts.text(lastFailure));
    body.put("served_at", Texts.now());
    Http.json(exchange, 200, body);
  }

  void submit(HttpServerExchange exchange) throws IOException {
    FormData form = Http.form(exchange);
    String branch = Http.field(form, "branch");
    if (branch.isEmpty()) {
      Http.json(exchange, 400, Map.of("error", "branch is required"));
      return;
    }
    List<String> labels = new ArrayList<>();
    if (form.contains("label")) {
      form.get("label").forEach(value -> labels.add(value.getValue()));
    }
    String priority = Http.field(form, "priority");
    BuildRecord build =
        store.submit(Http.parameter(exchange, "project", ""), branch, labels, Map.of());
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("id", build.id());
    body.put("branch", branch);
    body.put("labels", labels);
    body.put("priority", Http.number(Bug.PRIORITY.isFixed() ? priority.strip() : priority, 5));
    body.put("note", Http.field(form, "note"));
    body.put("accepted_at", Texts.now());
    Http.json(exchange, 201, body);
  }

  void badge(HttpServerExchange exchange) {
    String project = Http.parameter(exchange, "project", "");
    List<BuildRecord> builds = store.ofProject(project, "");
    String state =
        builds.isEmpty() ? "unknown" : builds.get(0).status().toLowerCase(Locale.ROOT);
    String style = Http.parameter(exchange, "style", "flat");
    String text = "[" + project + "] " + state + " (" + style + ")\n";
    String etag = "\"" + sha1(text) + "\"";
    exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, "max-age=60");
    exchange.getResponseHeaders().put(Headers.ETAG, etag);
    if (etag.equals(exchange.getRequestHeaders().getFirst(Headers.IF_NONE_MATCH))) {
      exchange.setStatusCode(304);
      exchange.endExchange();
      return;
    }
    Http.text(exchange, text.getBytes(StandardCharsets.UTF_8));
  }

  /** One server-sent event for each build, those with the most retries first. */
  void feed(HttpServerExchange exchange) throws IOException {
    String project = Http.parameter(exchange, "project", "");
    List<BuildRecord> builds = new ArrayList<>(last(exchange, project));
    if (builds.isEmpty()) {
      Http.json(exchange, 404, Map.of("error", "no such project", "project", project));
      return;
    }
    if (Bug.FEED_ORDER.isFixed()) {
      builds.sort(Comparator.comparingLong(BuildRecord::retries).reversed());
    } else {
      builds.sort(Comparator.comparingLong(BuildRecord::retries));
      Collections.reverse(builds);
    }
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/event-stream; charset=utf-8");
    exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, "no-cache");
    OutputStream out = exchange.getOutputStream();
    for (BuildRecord build : builds) {
      Map<String, Object> data = new LinkedHashMap<>();
      data.put("branch", build.branch());
      data.put("status", build.status().toLowerCase(Locale.ROOT));
      data.put("retries", build.retries());
      String event = "id: " + build.id() + "\nevent: build\ndata: " + Http.line(data) + "\n\n";
      out.write(event.getBytes(StandardCharsets.UTF_8));
      out.flush();
      LockSupport.parkNanos(EVENT_INTERVAL_NS);
    }
    exchange.endExchange();
  }

  private List<BuildRecord> last(HttpServerExchange exchange, String project) {
    List<BuildRecord> all = store.ofProject(project, "");
    int last = Http.number(Http.parameter(exchange, "last", ""), 8);
    return all.subList(0, Math.min(last, all.size()));
  }

  private static String sha1(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
