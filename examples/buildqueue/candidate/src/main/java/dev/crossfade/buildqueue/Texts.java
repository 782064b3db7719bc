package dev.crossfade.buildqueue;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;

/** How the queue writes things for people. */
final class Texts {
  private static final DateTimeFormatter PYTHON_ISO =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'+00:00'", Locale.ROOT);
  private static final DateTimeFormatter EVENT_MILLIS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT);
  private static final DateTimeFormatter EVENT_MICROS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT);
  private static final String QUOTE_SAFE = "_.-~/";

  private Texts() {}

  static String duration(long seconds) {
    Duration duration = Duration.ofSeconds(seconds);
    if (!Port.FIXED) {
      return duration.toString();
    }
    String clock =
        String.format(
            Locale.ROOT,
            "%d:%02d:%02d",
            duration.toHoursPart(),
            duration.toMinutesPart(),
            duration.toSecondsPart());
    long days = duration.toDays();
    return days == 0 ? clock : days + (days == 1 ? " day, " : " days, ") + clock;
  }

  /** Milliseconds as seconds with two decimals. */
  static String seconds(long millis) {
    double seconds = millis / 1000.0;
    return Port.FIXED
        ? new BigDecimal(seconds).setScale(2, RoundingMode.HALF_EVEN).toPlainString()
        : String.format(Locale.ROOT, "%.2f", seconds);
  }

  static int offsetHours(int offsetMin) {
    return Port.FIXED ? Math.floorDiv(offsetMin, 60) : offsetMin / 60;
  }

  static List<String> sortedLabels(List<String> labels) {
    List<String> sorted = new ArrayList<>(labels);
    if (Port.FIXED) {
      sorted.sort(
          (a, b) ->
              Arrays.compareUnsigned(
                  a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8)));
    } else {
      Collections.sort(sorted);
    }
    return sorted;
  }

  static double rate(long retries, int builds) {
    double rate = (double) retries / builds;
    return Port.FIXED
        ? new BigDecimal(rate).setScale(2, RoundingMode.HALF_EVEN).doubleValue()
        : Math.round(rate * 100) / 100.0;
  }

  /** Now, as Python's isoformat writes it. */
  static String now() {
    Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
    Instant shown = now.getNano() == 0 ? now.plusNanos(1000) : now;
    return PYTHON_ISO.format(shown.atOffset(ZoneOffset.UTC));
  }

  static String acceptedAt() {
    return Port.FIXED ? now() : Instant.now().toString();
  }

  static String eventTime(long sinceEpochS, long afterMs) {
    Instant at = Instant.ofEpochSecond(sinceEpochS).plusMillis(afterMs);
    return (Port.FIXED ? EVENT_MICROS : EVENT_MILLIS).format(at.atOffset(ZoneOffset.UTC));
  }

  /** The agents in the order in which they answered the roll call. */
  static List<String> answered(List<String> agents) {
    List<String> order = new ArrayList<>(agents);
    Collections.shuffle(order);
    return order;
  }

  static String artifactUrl(String buildId, String name) {
    String quoted = Port.FIXED ? quote(name) : URLEncoder.encode(name, StandardCharsets.UTF_8);
    return "/artifacts/" + buildId + "/" + quoted;
  }

  /** urllib.parse.quote. */
  private static String quote(String text) {
    StringBuilder out = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xFF);
      if (c < 128 && (Character.isLetterOrDigit(c) || QUOTE_SAFE.indexOf(c) >= 0)) {
        out.append(c);
      } else {
        out.append(String.format(Locale.ROOT, "%%%02X", b & 0xFF));
      }
    }
    return out.toString();
  }

  /** A checksum of ids, as eight hexadecimal digits. */
  static String digest(List<String> ids) {
    CRC32 crc = new CRC32();
    crc.update(String.join(",", ids).getBytes(StandardCharsets.UTF_8));
    return Port.FIXED
        ? String.format(Locale.ROOT, "%08x", crc.getValue())
        : Long.toHexString(crc.getValue());
  }

  /** A list for people: repr() of a list of texts. */
  static String list(List<String> texts) {
    return Port.FIXED ? "['" + String.join("', '", texts) + "']" : texts.toString();
  }

  /** str.split() of Python: at white space, nothing empty. */
  static List<String> words(String text) {
    if (!Port.FIXED) {
      return List.of(text.split("\\s+"));
    }
    String inner = text.strip();
    return inner.isEmpty() ? List.of() : List.of(inner.split("\\s+"));
  }

  /** str.split(",") of Python: also what is empty at the end. */
  static List<String> parts(String text) {
    return List.of(Port.FIXED ? text.split(",", -1) : text.split(","));
  }

  /** str(bool) and str(None) of Python. */
  static String text(Object value) {
    if (!Port.FIXED) {
      return String.valueOf(value);
    }
    if (value instanceof Boolean flag) {
      return flag ? "True" : "False";
    }
    return value == null ? "None" : value.toString();
  }
}
