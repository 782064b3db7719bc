package dev.crossfade.runtime.strangler;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.crossfade.runtime.ConfigException;
import dev.crossfade.runtime.Json;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Shows who shifts traffic what this process does, as JSON over HTTP: /v1/modes has the modes in
 * effect, /v1/served what clients were served by them. It changes nothing.
 */
public final class ModesEndpoint {
  private final String epoch = UUID.randomUUID().toString();
  private final HttpServer server;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread own = new Thread(task, "modes-endpoint");
            own.setDaemon(true);
            return own;
          });

  private ModesEndpoint(HttpServer server) {
    this.server = server;
  }

  /**
   * Starts it; a null host is all addresses, and port 0 is a free one.
   *
   * @throws ConfigException if the port can't be used
   */
  public static ModesEndpoint start(String host, int port, Modes modes, List<Switch> switches) {
    InetSocketAddress address =
        host == null ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
    ModesEndpoint endpoint;
    try {
      endpoint = new ModesEndpoint(HttpServer.create(address, 0));
    } catch (IOException e) {
      String got = port + " (" + e.getMessage() + ")";
      throw new ConfigException(List.of("CROSSFADE_MODES_PORT: expected a free port, got " + got));
    }
    endpoint.serve("/v1/modes", modes::shown);
    endpoint.serve(
        "/v1/served", () -> Map.of("routes", switches.stream().map(Switch::served).toList()));
    endpoint.server.setExecutor(endpoint.thread);
    endpoint.server.start();
    return endpoint;
  }

  /** Stops. */
  public void close() {
    server.stop(0);
    thread.shutdownNow();
  }

  private void serve(String path, Supplier<Map<String, Object>> shown) {
    server.createContext(path, exchange -> answer(exchange, path, shown));
  }

  private void answer(HttpExchange exchange, String path, Supplier<Map<String, Object>> shown)
      throws IOException {
    try (exchange) {
      if (!exchange.getRequestURI().getPath().equals(path)
          || !exchange.getRequestMethod().equals("GET")) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      Map<String, Object> all = new LinkedHashMap<>(shown.get());
      all.put("epoch", epoch);
      all.put("at", System.currentTimeMillis() / 1e3);
      byte[] body = Json.write(all).getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
