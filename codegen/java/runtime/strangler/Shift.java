package dev.crossfade.runtime.strangler;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What a controller writes into a modes file beside the modes.
 *
 * @param generation grows with each change; it is shown, so that who wrote the file knows what
 *     holds
 * @param lease how long leased modes hold without being renewed; null without any
 * @param assignment which clients are a canary's
 */
record Shift(long generation, Duration lease, Assignment assignment) {
  /** The names of its lines. */
  static final Set<String> NAMES = Set.of("generation", "lease", "key", "salt", "tester");

  private static final double LONGEST_S = 3600;

  /**
   * Parses the values of its lines; all may be missing.
   *
   * @throws IllegalArgumentException if a value is wrong
   */
  static Shift parse(Map<String, String> lines) {
    String tester = lines.get("tester");
    List<String> keys =
        Arrays.stream(lines.getOrDefault("key", "").split(","))
            .map(String::strip)
            .filter(key -> !key.isEmpty())
            .map(Shift::key)
            .toList();
    String salt = lines.getOrDefault("salt", "");
    return new Shift(
        generation(lines.getOrDefault("generation", "0")),
        lease(lines.get("lease")),
        new Assignment(keys, salt, tester == null ? null : name("tester", tester)));
  }

  private static String key(String text) {
    int colon = text.indexOf(':');
    String kind = text.substring(0, Math.max(0, colon));
    if (text.equals("peer")) {
      return text;
    }
    if (kind.equals("header")) {
      return "header:" + name("key", text.substring(colon + 1));
    }
    if (kind.equals("cookie") && colon + 1 < text.length()) {
      return text;
    }
    throw new IllegalArgumentException(
        "key: expected header:NAME, cookie:NAME or peer, got \"" + text + "\"");
  }

  /** The name of a metadata field, as gRPC accepts it. */
  private static String name(String of, String text) {
    String name = text.toLowerCase(Locale.ROOT);
    if (!name.matches("[0-9a-z_.-]+") || name.endsWith("-bin")) {
      throw new IllegalArgumentException(
          of + ": expected the name of a text metadata field, got \"" + text + "\"");
    }
    return name;
  }

  private static long generation(String text) {
    if (!text.matches("\\d{1,18}")) {
      throw new IllegalArgumentException(
          "generation: expected a whole number, got \"" + text + "\"");
    }
    return Long.parseLong(text);
  }

  private static Duration lease(String text) {
    if (text == null) {
      return null;
    }
    double seconds = text.matches("\\d{1,4}(\\.\\d{1,6})?") ? Double.parseDouble(text) : 0;
    if (seconds <= 0 || seconds > LONGEST_S) {
      throw new IllegalArgumentException(
          "lease: expected seconds, at most " + LONGEST_S + ", got \"" + text + "\"");
    }
    return Duration.ofNanos(Math.round(seconds * 1e9));
  }
}
