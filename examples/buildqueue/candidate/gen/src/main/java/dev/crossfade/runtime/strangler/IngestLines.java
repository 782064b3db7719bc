package dev.crossfade.runtime.strangler;

import dev.crossfade.runtime.Json;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The lines of crossfade's ingest protocol, version 1: one JSON object each. */
final class IngestLines {
  private IngestLines() {}

  static String hello(String service, String build) {
    Map<String, Object> line = line("hello");
    line.put("service", service);
    line.put("builds", Map.of("candidate", build));
    return Json.write(line);
  }

  static String counts(String route, RouteCounts counts) {
    Map<String, Object> line = line("counts");
    line.put("route", route);
    line.put("entered", counts.entered());
    line.put("equal", counts.hashes().size());
    line.put("hashes", counts.hashes());
    line.put("shed", counts.shed());
    line.put("legacy_ms", counts.legacyMs());
    line.put("candidate_ms", counts.candidateMs());
    return Json.write(line);
  }

  static String pair(String route, Recording recording, Reply.Answer legacy, Reply candidate) {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("headers", Metadatas.fields(recording.headers()));
    request.put("messages", texts(recording.requests()));
    Map<String, Object> line = line("pair");
    line.put("route", route);
    line.put("request", request);
    line.put("legacy", answer(legacy));
    line.put("candidate", candidate(candidate));
    return Json.write(line);
  }

  private static Map<String, Object> candidate(Reply reply) {
    if (reply instanceof Reply.Answer answer) {
      return answer(answer);
    }
    Reply.Failed failed = (Reply.Failed) reply;
    return Map.of("failed", failed.reason(), "detail", failed.detail());
  }

  private static Map<String, Object> line(String kind) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("v", 1);
    line.put("kind", kind);
    return line;
  }

  private static Map<String, Object> answer(Reply.Answer answer) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("headers", Metadatas.fields(answer.headers()));
    fields.put("messages", texts(answer.messages()));
    fields.put("status", answer.status().getCode().value());
    fields.put("message", answer.text());
    fields.put("trailers", Metadatas.fields(answer.trailers()));
    fields.put("latency_ms", milliseconds(answer.latencyMs()));
    fields.put("truncated", false);
    return fields;
  }

  private static List<String> texts(List<byte[]> messages) {
    List<String> texts = new ArrayList<>();
    messages.forEach(message -> texts.add(Base64.getEncoder().encodeToString(message)));
    return texts;
  }

  static double milliseconds(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}
