package dev.crossfade.buildqueue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.form.FormData;
import io.undertow.server.handlers.form.FormParserFactory;
import io.undertow.util.Headers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** What handlers read from requests and how they answer. */
final class Http {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final FormParserFactory FORMS =
      FormParserFactory.builder().withDefaultCharset(StandardCharsets.UTF_8.name()).build();

  private Http() {}

  static void json(HttpServerExchange exchange, int status, Object body)
      throws JsonProcessingException {
    exchange.setStatusCode(status);
    send(exchange, "application/json", line(body).getBytes(StandardCharsets.UTF_8));
  }

  /** A value as JSON on one line, without the line's end. */
  static String line(Object value) throws JsonProcessingException {
    return JSON.writeValueAsString(value);
  }

  static void text(HttpServerExchange exchange, byte[] body) {
    send(exchange, "text/plain; charset=utf-8", body);
  }

  private static void send(HttpServerExchange exchange, String type, byte[] body) {
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, type);
    exchange.getResponseSender().send(ByteBuffer.wrap(body));
  }

  /** The fields and files of a form in either coding; an empty one when there is none. */
  static FormData form(HttpServerExchange exchange) throws IOException {
    var parser = FORMS.createParser(exchange);
    return parser == null ? new FormData(0) : parser.parseBlocking();
  }

  static String field(FormData form, String name) {
    return form.contains(name) ? form.getFirst(name).getValue() : "";
  }

  static String parameter(HttpServerExchange exchange, String name, String fallback) {
    var values = exchange.getQueryParameters().get(name);
    return values == null ? fallback : values.getFirst();
  }

  static int number(String text, int fallback) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return fallback;
    }
  }
}
