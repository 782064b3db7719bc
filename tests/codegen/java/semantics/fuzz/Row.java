package dev.crossfade.runtime;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;

/** One row of inputs. */
record Row(String[][] columns, int row) {
  String text(int i) {
    return columns[i][row];
  }

  int small(int i) {
    return Integer.parseInt(text(i));
  }

  Integer bound(int i) {
    return text(i).isEmpty() ? null : Integer.valueOf(text(i));
  }

  long whole(int i) {
    return Long.parseLong(text(i));
  }

  BigInteger big(int i) {
    return new BigInteger(text(i));
  }

  double number(int i) {
    return Double.longBitsToDouble(Long.parseUnsignedLong(text(i), 16));
  }

  double[] numbers(int i) {
    return ((List<?>) value(i)).stream().mapToDouble(x -> (Double) x).toArray();
  }

  byte[] bytes(int i) {
    return text(i).getBytes(StandardCharsets.ISO_8859_1);
  }

  List<String> characters(int i) {
    return text(i).codePoints().mapToObj(Character::toString).toList();
  }

  Object value(int i) {
    return new Values(text(i)).read();
  }

  UUID uuid(int i) {
    return new UUID(big(i).shiftRight(64).longValue(), big(i).longValue());
  }

  LocalDateTime local(int i) {
    long micros = whole(i);
    long nanos = Math.floorMod(micros, 1_000_000L) * 1000;
    return LocalDateTime.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L), (int) nanos, ZoneOffset.UTC);
  }

  ZoneOffset offset(int i) {
    return ZoneOffset.ofTotalSeconds(small(i));
  }

  Duration delta(int i) {
    long micros = whole(i);
    return Duration.ofSeconds(
        Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1000);
  }

  Pattern pattern() {
    return compiled(text(0));
  }

  Pattern wrapped() {
    return compiled("(" + text(0) + ((small(1) & 8) != 0 ? "\n)" : ")"));
  }

  private Pattern compiled(String regex) {
    int bits = small(1);
    int flags = (bits & 1) != 0 ? Pattern.CASE_INSENSITIVE : 0;
    flags |= (bits & 2) != 0 ? Pattern.MULTILINE : 0;
    flags |= (bits & 4) != 0 ? Pattern.DOTALL : 0;
    flags |= (bits & 8) != 0 ? Pattern.COMMENTS : 0;
    return PySemantics.pattern(regex, flags);
  }
}
