package dev.crossfade.runtime;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.logging.Level;

/**
 * How the server is run, from environment variables.
 *
 * <ul>
 *   <li>CROSSFADE_PORT (50051): where clients connect; 0 takes a free port. CROSSFADE_HOST (all
 *       addresses).
 *   <li>CROSSFADE_SERVICE (service): the name in metrics and evidence. CROSSFADE_BUILD (unknown):
 *       the build that evidence is about, such as a commit.
 *   <li>CROSSFADE_CONCURRENCY (64): handlers that run at once; a Python server's max_workers.
 *       CROSSFADE_WAITING (1024): calls that wait for one; more are RESOURCE_EXHAUSTED.
 *   <li>CROSSFADE_MAX_REQUEST_BYTES (4194304): the largest message that a ported handler takes, as
 *       legacy's grpc.max_receive_message_length; the transport takes four times that, so that
 *       legacy refuses its own. CROSSFADE_MAX_METADATA_BYTES (16384): the most metadata of a call.
 *   <li>CROSSFADE_KEEPALIVE_S (7200): a ping after so long without traffic.
 *       CROSSFADE_KEEPALIVE_PERMIT_S (10): how often clients may ping.
 *   <li>CROSSFADE_MAX_CONNECTION_AGE_S (0, never): after that, and a tenth more or less, a client
 *       is told to connect anew; calls may end within CROSSFADE_MAX_CONNECTION_GRACE_S (0, no
 *       limit).
 *   <li>CROSSFADE_DRAIN_PAUSE_S (5): from SIGTERM, and health NOT_SERVING, until no new call is
 *       taken. CROSSFADE_DRAIN_S (20): how long calls may take after that.
 *   <li>CROSSFADE_HEALTH_PORT (0, none): a port of its own for the server's health, without TLS,
 *       for probes that have none, or where grpc.health.v1.Health on CROSSFADE_PORT is another's.
 *   <li>CROSSFADE_REFLECTION (true): whether the server describes itself.
 *   <li>CROSSFADE_TLS_CERT, CROSSFADE_TLS_KEY: PEM files; with them the server speaks TLS.
 *       CROSSFADE_TLS_CLIENT_CA: with it, clients must show a certificate. CROSSFADE_TLS_RELOAD_S
 *       (60): how often these files, and those for legacy, are looked at; what has changed is used
 *       for new connections.
 *   <li>OTEL_EXPORTER_OTLP_ENDPOINT (none): where metrics and traces go, as OTLP over HTTP;
 *       CROSSFADE_METRICS_S (30): how often metrics. CROSSFADE_TRACES_PCT (none): with it, calls
 *       have spans, and logs and legacy hear of the trace; it is the share of the traces that begin
 *       here which are recorded, and a caller's own decision counts for its own.
 *   <li>CROSSFADE_LOG (INFO): the least level that is written. CROSSFADE_LOG_JSON (true): as JSON
 *       lines on standard output; false leaves java.util.logging as the JVM was told to have it.
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
   * From this process's environment.
   *
   * @throws ConfigException what is wrong, a line for each
   */
  public static Config fromEnvironment() {
    return fromEnvironment(System.getenv());
  }

  /**
   * From these variables.
   *
   * @throws ConfigException what is wrong, a line for each
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

  /** The largest message that the transport takes, in bytes. */
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
