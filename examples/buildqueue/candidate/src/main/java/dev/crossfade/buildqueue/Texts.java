package dev.crossfade.buildqueue;

import dev.crossfade.runtime.PySemantics;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;

/** How the queue writes things for people. */
public final class Texts {
  private static final DateTimeFormatter PYTHON_ISO =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'+00:00'", Locale.ROOT);
  private static final DateTimeFormatter EVENT_MILLIS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT);
  private static final DateTimeFormatter EVENT_MICROS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT);

  private Texts() {}

  public static String duration(long seconds) {
    Duration duration = Duration.ofSeconds(seconds);
    return Bug.DURATION_TEXT.isFixed() ? PySemantics.str(duration) : duration.toString();
  }

  /** Milliseconds as seconds with two decimals. */
  public static String seconds(long millis) {
    double seconds = millis / 1000.0;
    return Bug.SECONDS_TEXT.isFixed()
        ? PySemantics.fixed(seconds, 2)
        : String.format(Locale.ROOT, "%.2f", seconds);
  }

  public static int offsetHours(int offsetMin) {
    return Bug.OFFSET_HOURS.isFixed() ? (int) PySemantics.floorDiv(offsetMin, 60) : offsetMin / 60;
  }

  public static List<String> sortedLabels(List<String> labels) {
    List<String> sorted = new ArrayList<>(labels);
    if (Bug.LABEL_ORDER.isFixed()) {
      sorted.sort(PySemantics.CODE_POINT_ORDER);
    } else {
      Collections.sort(sorted);
    }
    return sorted;
  }

  public static double rate(long retries, int builds) {
    double rate = (double) retries / builds;
    return Bug.FLAKY_RATE.isFixed() ? PySemantics.round(rate, 2) : Math.round(rate * 100) / 100.0;
  }

  /** Now, as Python's isoformat writes it. */
  public static String now() {
    Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
    Instant shown = now.getNano() == 0 ? now.plusNanos(1000) : now;
    return PYTHON_ISO.format(shown.atOffset(ZoneOffset.UTC));
  }

  public static String acceptedAt() {
    return Bug.ACCEPTED_AT.isFixed() ? now() : Instant.now().toString();
  }

  public static String eventTime(long sinceEpochS, long afterMs) {
    Instant at = Instant.ofEpochSecond(sinceEpochS).plusMillis(afterMs);
    DateTimeFormatter format = Bug.EVENT_TIME.isFixed() ? EVENT_MICROS : EVENT_MILLIS;
    return format.format(at.atOffset(ZoneOffset.UTC));
  }

  /** The agents in the order in which they answered the roll call. */
  public static List<String> answered(List<String> agents) {
    List<String> order = new ArrayList<>(agents);
    Collections.shuffle(order);
    return order;
  }

  public static String artifactUrl(String buildId, String name) {
    String quoted =
        Bug.ARTIFACT_URL.isFixed()
            ? PySemantics.quote(name)
            : URLEncoder.encode(name, StandardCharsets.UTF_8);
    return "/artifacts/" + buildId + "/" + quoted;
  }

  /** A checksum of ids, as eight hexadecimal digits. */
  public static String digest(List<String> ids) {
    CRC32 crc = new CRC32();
    crc.update(String.join(",", ids).getBytes(StandardCharsets.UTF_8));
    return Bug.SEARCH_DIGEST.isFixed()
        ? String.format(Locale.ROOT, "%08x", crc.getValue())
        : Long.toHexString(crc.getValue());
  }

  /** A list for people: repr() of a list of texts. */
  public static String list(List<String> texts) {
    return Bug.LIST_TEXT.isFixed() ? PySemantics.repr(texts) : texts.toString();
  }

  /** str.split() of Python: at white space, nothing empty. */
  public static List<String> words(String text) {
    return Bug.COMMAND_WORDS.isFixed() ? PySemantics.split(text) : List.of(text.split("\\s+"));
  }

  /** str.split(",") of Python: also what is empty at the end. */
  public static List<String> parts(String text) {
    return Bug.TAG_PARTS.isFixed() ? PySemantics.split(text, ",") : List.of(text.split(","));
  }

  /** str(bool) and str(None) of Python. */
  public static String text(Object value) {
    return Bug.TRUE_TEXT.isFixed() ? PySemantics.str(value) : String.valueOf(value);
  }
}
