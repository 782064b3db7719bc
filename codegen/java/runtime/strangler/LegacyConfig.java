package dev.crossfade.runtime.strangler;

import dev.crossfade.runtime.Config;
import dev.crossfade.runtime.Settings;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * How to reach and compare legacy, from environment variables.
 *
 * <ul>
 *   <li>CROSSFADE_LEGACY (required): its address, host:port or a gRPC target such as
 *       dns:///legacy-headless:50051, which spreads calls over all its addresses.
 *   <li>CROSSFADE_LEGACY_TLS (false): whether it uses TLS. CROSSFADE_LEGACY_CA: the CA to trust,
 *       else those of the JVM. CROSSFADE_LEGACY_CERT, CROSSFADE_LEGACY_KEY: the client certificate
 *       to present. All are PEM files.
 *   <li>CROSSFADE_LEGACY_AUTHORITY: its name for TLS and :authority; without it the client's
 *       :authority is forwarded if legacy does not use TLS.
 *   <li>CROSSFADE_LEGACY_KEEPALIVE_S (330): the ping interval; Python servers reject more than one
 *       in five minutes.
 *   <li>CROSSFADE_LEGACY_HEALTH (false): whether legacy answers grpc.health.v1.Health; this
 *       server's own is then on CROSSFADE_HEALTH_PORT alone.
 *   <li>CROSSFADE_MODES: the modes file; without it every RPC is in LEGACY. CROSSFADE_MODES_POLL_S
 *       (1): how often it is checked. CROSSFADE_MODES_PORT (0, none): where the modes in effect are
 *       shown as JSON over HTTP, at /v1/modes, and what clients were served by them, at /v1/served.
 *   <li>CROSSFADE_INGEST: where crossfade receives comparisons, host:port or unix:/path.
 *       CROSSFADE_INGEST_FLUSH_S (2): how often counts are sent.
 *   <li>CROSSFADE_COMPARE_ALSO: RPCs to compare although they are not safe, separated by commas;
 *       their side effects then happen on both sides.
 *   <li>CROSSFADE_COMPARE_IGNORE: names of metadata to ignore, separated by commas, such as ids
 *       that are new in each answer.
 *   <li>CROSSFADE_COMPARE_WORKERS (4): comparisons at once. CROSSFADE_COMPARE_QUEUE (256): waiting
 *       comparisons. CROSSFADE_COMPARE_TIMEOUT_S (10): how long one may take.
 *   <li>CROSSFADE_COMPARE_MAX_BYTES (1048576): the memory limit of one comparison.
 *       CROSSFADE_COMPARE_MEMORY_BYTES (67108864): the limit for all.
 * </ul>
 */
public record LegacyConfig(
    String target,
    boolean tls,
    Path ca,
    Path cert,
    Path key,
    String authority,
    Duration keepalive,
    boolean legacyHealth,
    Path modes,
    Duration modesPoll,
    int modesPort,
    SocketAddress ingest,
    Duration ingestFlush,
    Set<String> compareAlso,
    Set<String> ignored,
    int compareWorkers,
    int compareQueue,
    Duration compareTimeout,
    int compareMaxBytes,
    int compareMemoryBytes) {
  /**
   * Reads the settings of a config.
   *
   * @throws dev.crossfade.runtime.ConfigException if settings are wrong, with a line for each
   */
  public static LegacyConfig of(Config config) {
    Settings settings = config.settings();
    LegacyConfig legacy =
        new LegacyConfig(
            settings.text("CROSSFADE_LEGACY", null),
            settings.flag("CROSSFADE_LEGACY_TLS", false),
            settings.file("CROSSFADE_LEGACY_CA"),
            settings.file("CROSSFADE_LEGACY_CERT"),
            settings.file("CROSSFADE_LEGACY_KEY"),
            settings.text("CROSSFADE_LEGACY_AUTHORITY", null),
            settings.seconds("CROSSFADE_LEGACY_KEEPALIVE_S", 330),
            settings.flag("CROSSFADE_LEGACY_HEALTH", false),
            settings.file("CROSSFADE_MODES"),
            settings.seconds("CROSSFADE_MODES_POLL_S", 1),
            settings.number("CROSSFADE_MODES_PORT", 0, 0, 65535),
            address(settings),
            settings.seconds("CROSSFADE_INGEST_FLUSH_S", 2),
            new HashSet<>(settings.list("CROSSFADE_COMPARE_ALSO", "")),
            ignored(settings.list("CROSSFADE_COMPARE_IGNORE", "")),
            settings.number("CROSSFADE_COMPARE_WORKERS", 4, 1, 1024),
            settings.number("CROSSFADE_COMPARE_QUEUE", 256, 1, 100_000),
            settings.seconds("CROSSFADE_COMPARE_TIMEOUT_S", 10),
            settings.number("CROSSFADE_COMPARE_MAX_BYTES", 1 << 20, 1024, 1 << 28),
            settings.number("CROSSFADE_COMPARE_MEMORY_BYTES", 64 << 20, 1024, Integer.MAX_VALUE));
    legacy.check(config);
    return legacy;
  }

  private void check(Config config) {
    Settings settings = config.settings();
    if (target == null) {
      settings.wrong("CROSSFADE_LEGACY", "the address of the legacy service, host:port", null);
    } else if (OwnAddress.isOwn(target, config.host(), config.port())) {
      settings.wrong("CROSSFADE_LEGACY", "an address other than this service's own", target);
    }
    if ((cert == null) != (key == null)) {
      String missing = cert == null ? "CROSSFADE_LEGACY_CERT" : "CROSSFADE_LEGACY_KEY";
      settings.wrong(missing, "a file, because the other half of the pair is set", null);
    }
    if (!tls && (ca != null || cert != null)) {
      settings.wrong("CROSSFADE_LEGACY_TLS", "true, because a certificate for it is set", "false");
    }
    atLeast(settings, "CROSSFADE_MODES_POLL_S", modesPoll);
    atLeast(settings, "CROSSFADE_INGEST_FLUSH_S", ingestFlush);
    atLeast(settings, "CROSSFADE_COMPARE_TIMEOUT_S", compareTimeout);
    settings.check();
  }

  private static void atLeast(Settings settings, String name, Duration value) {
    if (value.toMillis() < 10) {
      settings.wrong(name, "0.01 seconds or more", value.toMillis() / 1e3 + "");
    }
  }

  private static SocketAddress address(Settings settings) {
    String text = settings.text("CROSSFADE_INGEST", null);
    try {
      return text == null ? null : IngestAddress.parse(text);
    } catch (IllegalArgumentException e) {
      settings.wrong("CROSSFADE_INGEST", "host:port or unix:/path", text);
      return null;
    }
  }

  /** Metadata that is not part of the answer is never compared: see crossfade's own list. */
  private static Set<String> ignored(List<String> more) {
    Set<String> names = new HashSet<>(Metadatas.NEVER_COMPARED);
    more.forEach(name -> names.add(name.toLowerCase(Locale.ROOT)));
    return Set.copyOf(names);
  }
}
