package parity;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.JsonSyntaxException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/** Sends HTTP requests. */
final class HttpCalls implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Values values;

  HttpCalls(Values values) {
    this.values = values;
  }

  /** The parts of the answer, in the form in which the recorded ones are. */
  JsonObject play(JsonObject call) throws IOException, InterruptedException {
    JsonObject request = call.getAsJsonObject("request");
    URI uri = URI.create(RecordedSessionsTest.url(call) + escaped(values.filled(request.get("target").getAsString())));
    byte[] body = body(request);
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(uri)
            .timeout(TIMEOUT)
            .method(
                request.get("method").getAsString(),
                body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
    if (request.has("headers")) {
      for (JsonElement field : request.getAsJsonArray("headers")) {
        JsonArray pair = field.getAsJsonArray();
        builder.header(pair.get(0).getAsString(), values.filled(pair.get(1).getAsString()));
      }
    }
    return parts(client.send(builder.build(), BodyHandlers.ofByteArray()), call);
  }

  private static JsonObject parts(HttpResponse<byte[]> answer, JsonObject call) {
    JsonObject expected = call.getAsJsonObject("expected");
    JsonObject gives = call.has("gives") ? call.getAsJsonObject("gives") : new JsonObject();
    JsonObject found = new JsonObject();
    String text = new String(answer.body(), StandardCharsets.UTF_8);
    found.addProperty("status", answer.statusCode());
    answer
        .headers()
        .firstValue("content-type")
        .ifPresent(type -> found.addProperty("type", type.split(";")[0].strip().toLowerCase(Locale.ROOT)));
    found.addProperty("text", text);
    found.addProperty("base64", Base64.getEncoder().encodeToString(answer.body()));
    for (String form : List.of("json", "lines", "events")) {
      if (expected.has(form) || gives.has(form)) {
        found.add(form, read(form, text));
      }
    }
    if (expected.has("headers")) {
      JsonObject headers = new JsonObject();
      for (String name : expected.getAsJsonObject("headers").keySet()) {
        answer.headers().firstValue(name).ifPresent(value -> headers.addProperty(name, value));
      }
      found.add("headers", headers);
    }
    return found;
  }

  private static JsonElement read(String form, String text) {
    try {
      return switch (form) {
        case "lines" -> lines(text);
        case "events" -> events(text);
        default -> JsonParser.parseString(text);
      };
    } catch (JsonSyntaxException error) {
      return new JsonPrimitive(text);
    }
  }

  private static JsonArray lines(String text) {
    JsonArray lines = new JsonArray();
    text.lines().filter(line -> !line.isBlank()).forEach(line -> lines.add(JsonParser.parseString(line)));
    return lines;
  }

  /** Server-sent events as objects of their fields; data that is JSON is read as such. */
  private static JsonArray events(String text) {
    JsonArray events = new JsonArray();
    for (String block : text.split("(?:\\r\\n|\\n|\\r){2}")) {
      JsonObject event = new JsonObject();
      for (String line : block.split("\\r\\n|\\n|\\r")) {
        String[] parts = line.split(":", 2);
        if (!parts[0].isEmpty()) {
          String value = parts.length < 2 ? "" : parts[1].startsWith(" ") ? parts[1].substring(1) : parts[1];
          boolean isMore = event.has(parts[0]);
          event.addProperty(parts[0], isMore ? event.get(parts[0]).getAsString() + "\n" + value : value);
        }
      }
      if (event.has("data") && event.get("data").getAsString().matches("(?s)[{\\[].*")) {
        event.add("data", JsonParser.parseString(event.get("data").getAsString()));
      }
      if (event.size() > 0) {
        events.add(event);
      }
    }
    return events;
  }

  private byte[] body(JsonObject request) {
    if (request.has("json")) {
      return values.filled(request.get("json")).toString().getBytes(StandardCharsets.UTF_8);
    }
    if (request.has("base64")) {
      return Base64.getDecoder().decode(request.get("base64").getAsString());
    }
    return request.has("text")
        ? values.filled(request.get("text").getAsString()).getBytes(StandardCharsets.UTF_8)
        : new byte[0];
  }

  /** A target as java.net.URI takes it: characters that it refuses are escaped. */
  private static String escaped(String target) {
    StringBuilder escaped = new StringBuilder();
    for (byte unit : target.getBytes(StandardCharsets.UTF_8)) {
      boolean isPlain = unit > ' ' && unit < 0x7f && "\"<>\\^`{|}".indexOf(unit) < 0;
      escaped.append(isPlain ? String.valueOf((char) unit) : String.format(Locale.ROOT, "%%%02X", unit & 0xff));
    }
    return escaped.toString();
  }

  @Override
  public void close() {
    // A client of Java 17 has no connection that must be ended.
  }
}
