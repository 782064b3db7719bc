package dev.crossfade.runtime;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.logging.Level;

/**
 * The server's settings, from environment variables.
 *
 * <ul>
 *   <li>CROSSFADE_PORT (50051): where clients connect; 0 picks a free port. CROSSFADE_HOST (all
 *       addresses): the address to listen on.
 *   <li>CROSSFADE_SERVICE (service): the name in metrics and evidence. CROSSFADE_BUILD (unknown):
 *       the build that the evidence belongs to, such as a commit.
 *   <li>CROSSFADE_CONCURRENCY (64): handlers that run at once; a Python server's max_workers.
 *       CROSSFADE_WAITING (1024): calls that wait for a handler; further calls get
 *       RESOURCE_EXHAUSTED.
 *   <li>CROSSFADE_MAX_REQUEST_BYTES (4194304): the largest message that a ported handler accepts,
 *       like legacy's grpc.max_receive_message_length; the transport accepts four times that, so
 *       that legacy rejects its own. CROSSFADE_MAX_METADATA_BYTES (16384): the largest metadata of
 *       a call.
 *   <li>CROSSFADE_KEEPALIVE_S (7200): idle time after which the server pings.
 *       CROSSFADE_KEEPALIVE_PERMIT_S (10): how often clients may ping.
 *   <li>CROSSFADE_MAX_CONNECTION_AGE_S (0, never): after that, plus or minus a tenth, a client is
 *       sent GOAWAY so that it reconnects; its calls may end within
 *       CROSSFADE_MAX_CONNECTION_GRACE_S (0, no limit).
 *   <li>CROSSFADE_DRAIN_PAUSE_S (5): the time from SIGTERM, when health becomes NOT_SERVING, until
 *       new calls are refused. CROSSFADE_DRAIN_S (20): how long running calls may take after that.
 *   <li>CROSSFADE_HEALTH_PORT (0, none): a separate port for the server's health, without TLS, for
 *       probes that do not use TLS, or if CROSSFADE_PORT serves another grpc.health.v1.Health.
 *   <li>CROSSFADE_REFLECTION (true): whether the server offers gRPC reflection.
 *   <li>CROSSFADE_TLS_CERT, CROSSFADE_TLS_KEY: PEM files; with them the server uses TLS.
 *       CROSSFADE_TLS_CLIENT_CA: with it, clients must present a certificate.
 *       CROSSFADE_TLS_RELOAD_S (60): how often these files, and those for legacy, are checked;
 *       changed files apply to new connections.
 *   <li>OTEL_EXPORTER_OTLP_ENDPOINT (none): where metrics and traces are sent, as OTLP over HTTP.
 *       CROSSFADE_METRICS_S (30): how often metrics are sent. CROSSFADE_TRACES_PCT (none): with it,
 *       calls have spans, logs have trace ids, and legacy gets the trace context; it is the share
 *       of the traces that start here which are recorded. A caller's own sampling decision is kept.
 *   <li>CROSSFADE_LOG (INFO): the lowest level that is logged. CROSSFADE_LOG_JSON (true): log JSON
 *       lines to standard output; false leaves java.util.logging as the JVM configures it.
 * </ul>
 */
public record Config(
    Settings settings,
    String host,
    int port,
    String service,
    String build,
    int concurrency,
    int waiting,
    int maxRequestBytes,
    int maxMetadataBytes,
    Duration keepalive,
    Duration keepalivePermit,
    Duration maxConnectionAge,
    Duration maxConnectionGrace,
    Duration drainPause,
    Duration drain,
    int healthPort,
    boolean reflection,
    Path tlsCert,
    Path tlsKey,
    Path tlsClientCa,
    Duration tlsReload,
    String otlpEndpoint,
    Duration metricsInterval,
    Double tracesPct,
    Level logLevel,
    boolean logJson) {

  /**
   * Reads this process's environment.
   *
   * @throws ConfigException if settings are wrong, with a line for each
   */
  public static Config fromEnvironment() {
    return fromEnvironment(System.getenv());
  }

  /**
   * Reads these variables.
   *
   * @throws ConfigException if settings are wrong, with a line for each
   */
  public static Config fromEnvironment(Map<String, String> environment) {
    Settings settings = new Settings(environment);
    Config config =
        new Config(
            settings,
            settings.text("CROSSFADE_HOST", null),
            settings.number("CROSSFADE_PORT", 50051, 0, 65535),
            settings.text("CROSSFADE_SERVICE", "service"),
            settings.text("CROSSFADE_BUILD", "unknown"),
            settings.number("CROSSFADE_CONCURRENCY", 64, 1, 100_000),
            settings.number("CROSSFADE_WAITING", 1024, 0, 1_000_000),
            settings.number("CROSSFADE_MAX_REQUEST_BYTES", 4 << 20, 1, 1 << 30),
            settings.number("CROSSFADE_MAX_METADATA_BYTES", 16 << 10, 1024, 1 << 24),
            settings.seconds("CROSSFADE_KEEPALIVE_S", 7200),
            settings.seconds("CROSSFADE_KEEPALIVE_PERMIT_S", 10),
            settings.seconds("CROSSFADE_MAX_CONNECTION_AGE_S", 0),
            settings.seconds("CROSSFADE_MAX_CONNECTION_GRACE_S", 0),
            settings.seconds("CROSSFADE_DRAIN_PAUSE_S", 5),
            settings.seconds("CROSSFADE_DRAIN_S", 20),
            settings.number("CROSSFADE_HEALTH_PORT", 0, 0, 65535),
            settings.flag("CROSSFADE_REFLECTION", true),
            settings.file("CROSSFADE_TLS_CERT"),
            settings.file("CROSSFADE_TLS_KEY"),
            settings.file("CROSSFADE_TLS_CLIENT_CA"),
            settings.seconds("CROSSFADE_TLS_RELOAD_S", 60),
            settings.text("OTEL_EXPORTER_OTLP_ENDPOINT", null),
            settings.seconds("CROSSFADE_METRICS_S", 30),
            settings.percent("CROSSFADE_TRACES_PCT"),
            level(settings),
            settings.flag("CROSSFADE_LOG_JSON", true));
    config.checkTls();
    settings.check();
    return config;
  }

  /** The largest message that the transport accepts, in bytes. */
  public int maxTransportBytes() {
    return (int) Math.min(Integer.MAX_VALUE, 4L * maxRequestBytes);
  }

  private void checkTls() {
    if ((tlsCert == null) != (tlsKey == null)) {
      String missing = tlsCert == null ? "CROSSFADE_TLS_CERT" : "CROSSFADE_TLS_KEY";
      settings.wrong(missing, "a file, because the other half of the pair is set", null);
    }
    if (tlsReload.toMillis() < 10) {
      settings.wrong("CROSSFADE_TLS_RELOAD_S", "0.01 seconds or more", tlsReload.toString());
    }
    if (tlsClientCa != null && tlsCert == null) {
      settings.wrong("CROSSFADE_TLS_CERT", "a file, because CROSSFADE_TLS_CLIENT_CA is set", null);
    }
  }

  private static Level level(Settings settings) {
    String name = settings.text("CROSSFADE_LOG", "INFO");
    try {
      return Level.parse(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      settings.wrong("CROSSFADE_LOG", "SEVERE, WARNING, INFO, FINE or ALL", name);
      return Level.INFO;
    }
  }
}
