package dev.crossfade.buildqueue;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.form.FormData;
import io.undertow.util.Headers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/** What HTTP clients see of one build. */
final class BuildPages {
  private final Store store;

  BuildPages(Store store) {
    this.store = store;
  }

  void show(HttpServerExchange exchange) throws IOException {
    Optional<BuildRecord> found = find(exchange);
    if (found.isEmpty()) {
      return;
    }
    BuildRecord build = found.get();
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("id", build.id());
    body.put("project", build.project());
    body.put("branch", build.branch());
    body.put("status", build.status().toLowerCase(Locale.ROOT));
    body.put("exit_code", build.exitCode());
    if (Bug.FINISHED_AT.isFixed() || build.finishedAt() != null) {
      body.put("finished_at", build.finishedAt());
    }
    body.put("agents", Texts.answered(build.agents()));
    List<Map<String, String>> artifacts = new ArrayList<>();
    for (String name : build.artifacts()) {
      artifacts.add(Map.of("name", name, "url", Texts.artifactUrl(build.id(), name)));
    }
    body.put("artifacts", artifacts);
    Http.json(exchange, 200, body);
  }

  void log(HttpServerExchange exchange) throws IOException {
    Optional<BuildRecord> build = find(exchange);
    if (build.isEmpty()) {
      return;
    }
    StringBuilder steps = new StringBuilder();
    for (BuildRecord.StepRecord step : build.get().steps()) {
      String result = step.ok() ? "ok" : "failed";
      steps.append(step.name()).append(": ").append(result);
      steps.append(" in ").append(step.tookMs()).append(" ms\n");
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    whole.write(steps.toString().repeat(20).getBytes(StandardCharsets.UTF_8));
    whole.write(store.log(build.get().id()).orElseThrow());
    byte[] body = whole.toByteArray();
    String pattern = Http.parameter(exchange, "grep", "");
    if (!pattern.isEmpty()) {
      body = grep(new String(body, StandardCharsets.UTF_8), pattern);
    }
    exchange.getResponseHeaders().put(Headers.VARY, "Accept-Encoding");
    String accepted = exchange.getRequestHeaders().getFirst(Headers.ACCEPT_ENCODING);
    if (accepted != null && accepted.contains("gzip")) {
      exchange.getResponseHeaders().put(Headers.CONTENT_ENCODING, "gzip");
      body = gzip(body);
    }
    Http.text(exchange, body);
  }

  void events(HttpServerExchange exchange) throws IOException {
    Optional<BuildRecord> build = find(exchange);
    if (build.isEmpty()) {
      return;
    }
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/x-ndjson");
    OutputStream out = exchange.getOutputStream();
    for (Map<String, Object> event : life(build.get())) {
      out.write((Http.line(event) + "\n").getBytes(StandardCharsets.UTF_8));
      out.flush();
    }
    exchange.endExchange();
  }

  void addArtifact(HttpServerExchange exchange) throws IOException {
    String id = Http.parameter(exchange, "id", "");
    FormData form = Http.form(exchange);
    FormData.FormValue file = form.getFirst("file");
    if (file == null || !file.isFileItem() || file.getFileName().isEmpty()) {
      Http.json(exchange, 400, Map.of("error", "file is required"));
      return;
    }
    if (!store.addArtifact(id, file.getFileName())) {
      noSuchBuild(exchange, id);
      return;
    }
    byte[] data;
    try (InputStream content = file.getFileItem().getInputStream()) {
      data = content.readAllBytes();
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("build", id);
    body.put("name", file.getFileName());
    body.put("media_type", file.getHeaders().getFirst(Headers.CONTENT_TYPE));
    body.put("bytes", data.length);
    body.put("checksum", checksum(data));
    body.put("tags", Texts.parts(Http.field(form, "tags")));
    body.put("stored_at", Texts.now());
    Http.json(exchange, 201, body);
  }

  private Optional<BuildRecord> find(HttpServerExchange exchange) throws JsonProcessingException {
    String id = Http.parameter(exchange, "id", "");
    Optional<BuildRecord> found = store.get(id);
    if (found.isEmpty()) {
      noSuchBuild(exchange, id);
    }
    return found;
  }

  private static void noSuchBuild(HttpServerExchange exchange, String id)
      throws JsonProcessingException {
    Http.json(exchange, 404, Map.of("error", "no such build", "id", id));
  }

  /** Each event of a build, with its time. */
  private static List<Map<String, Object>> life(BuildRecord build) {
    List<Map<String, Object>> events = new ArrayList<>();
    event(events, build, "submitted", 0).put("branch", build.branch());
    long afterMs = build.queuedS() * 1000;
    for (BuildRecord.StepRecord step : build.steps()) {
      afterMs += step.tookMs();
      Map<String, Object> event = event(events, build, "step", afterMs);
      event.put("step", step.name());
      event.put("ok", step.ok());
    }
    if (build.finishedAt() != null) {
      String status = build.status().toLowerCase(Locale.ROOT);
      event(events, build, "finished", afterMs).put("status", status);
    }
    return events;
  }

  private static Map<String, Object> event(
      List<Map<String, Object>> events, BuildRecord build, String name, long afterMs) {
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("at", Texts.eventTime(build.submittedAtS(), afterMs));
    event.put("event", name);
    events.add(event);
    return event;
  }

  private static byte[] grep(String log, String pattern) {
    Pattern wanted = Pattern.compile(pattern);
    StringBuilder found = new StringBuilder();
    for (String line : log.split("\n", -1)) {
      if (Bug.GREP.isFixed() ? wanted.matcher(line).find() : line.matches(pattern)) {
        found.append(line).append('\n');
      }
    }
    return found.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static int checksum(byte[] data) {
    int sum = 0;
    for (byte b : data) {
      sum += Bug.CHECKSUM.isFixed() ? b & 0xFF : b;
    }
    return Math.floorMod(sum, 65536);
  }

  private static byte[] gzip(byte[] text) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
      zip.write(text);
    }
    return out.toByteArray();
  }
}
