package dev.crossfade.runtime;

import java.math.BigDecimal;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.IsoFields;
import java.time.temporal.Temporal;
import java.time.temporal.TemporalQueries;
import java.util.List;

/** Python's datetime and timedelta: their text, in the C locale, and their numbers. */
final class PyTime {
  private static final long DAY_SECONDS = 86_400;
  private static final int MICROS = 1_000_000;

  private static final List<String> DAYS =
      List.of("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday");
  private static final List<String> MONTHS =
      List.of(
          "January",
          "February",
          "March",
          "April",
          "May",
          "June",
          "July",
          "August",
          "September",
          "October",
          "November",
          "December");

  private PyTime() {}

  /** Nanoseconds are truncated to Python's microseconds. */
  static String isoformat(Temporal time, String separator) {
    if (time instanceof Instant instant) {
      return isoformat(instant.atOffset(ZoneOffset.UTC), separator);
    }
    LocalDate date = time.query(TemporalQueries.localDate());
    LocalTime clock = time.query(TemporalQueries.localTime());
    ZoneOffset offset = time.query(TemporalQueries.offset());
    if (date == null && clock == null) {
      throw new IllegalArgumentException("no Python text for " + time.getClass().getName());
    }
    String day =
        date == null
            ? ""
            : joined(
                "-",
                padded(date.getYear(), 4),
                two(date.getMonthValue()),
                two(date.getDayOfMonth()));
    String suffix = offset == null ? "" : offset(offset, ":");
    return day + (day.isEmpty() || clock == null ? "" : separator) + text(clock) + suffix;
  }

  static String str(Duration duration) {
    long days = days(duration);
    int seconds = seconds(duration);
    int micros = microseconds(duration);
    String text = days == 0 ? "" : days + (Math.abs(days) == 1 ? " day, " : " days, ");
    text += seconds / 3600 + ":" + two(seconds / 60 % 60) + ":" + two(seconds % 60);
    return micros == 0 ? text : text + "." + padded(micros, 6);
  }

  static long days(Duration duration) {
    return Math.floorDiv(duration.getSeconds(), DAY_SECONDS);
  }

  static int seconds(Duration duration) {
    return (int) Math.floorMod(duration.getSeconds(), DAY_SECONDS);
  }

  static int microseconds(Duration duration) {
    return duration.getNano() / 1000;
  }

  static double totalSeconds(Duration duration) {
    return wholeMicros(duration.getSeconds(), duration.getNano());
  }

  static double timestamp(Instant instant) {
    return wholeMicros(instant.getEpochSecond(), instant.getNano());
  }

  /** Rounds to the microsecond, half to even, as datetime.fromtimestamp does. */
  static Instant fromTimestamp(double seconds) {
    if (!Double.isFinite(seconds)) {
      throw new IllegalArgumentException("cannot convert float " + seconds + " to a time");
    }
    double whole = seconds < 0 ? Math.ceil(seconds) : Math.floor(seconds);
    double micros = Math.rint((seconds - whole) * MICROS);
    return Instant.ofEpochSecond((long) whole).plusNanos((long) micros * 1000);
  }

  static String strftime(Temporal time, String format) {
    Temporal local = time instanceof Instant instant ? instant.atOffset(ZoneOffset.UTC) : time;
    LocalDate date = local.query(TemporalQueries.localDate());
    LocalTime clock = local.query(TemporalQueries.localTime());
    ZoneOffset offset = local.query(TemporalQueries.offset());
    LocalDateTime at =
        LocalDateTime.of(
            date == null ? LocalDate.of(1900, 1, 1) : date,
            clock == null ? LocalTime.MIDNIGHT : clock);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%') {
        text.append(c);
      } else if (++i == format.length()) {
        throw new IllegalArgumentException("strftime: a lone % at the end of " + format);
      } else {
        text.append(directive(format.charAt(i), at, offset));
      }
    }
    return text.toString();
  }

  private static String directive(char letter, LocalDateTime at, ZoneOffset offset) {
    return switch (letter) {
      case 'z' -> offset == null ? "" : offset(offset, "");
      case 'Z' -> offset == null ? "" : zone(offset);
      case 'D', 'x' ->
          joined("/", two(at.getMonthValue()), two(at.getDayOfMonth()), two(year2(at)));
      case 'F' -> at.getYear() + "-" + two(at.getMonthValue()) + "-" + two(at.getDayOfMonth());
      case 'T', 'X' -> clock(at.toLocalTime());
      case 'R' -> two(at.getHour()) + ":" + two(at.getMinute());
      case 'c' ->
          joined(" ", day(at, 3), month(at, 3), blankTwo(at.getDayOfMonth()))
              + joined(" ", "", clock(at.toLocalTime()), Integer.toString(at.getYear()));
      case '%' -> "%";
      default -> dateOrTime(letter, at);
    };
  }

  private static String dateOrTime(char letter, LocalDateTime at) {
    return switch (letter) {
      case 'Y' -> Integer.toString(at.getYear());
      case 'y' -> two(year2(at));
      case 'm' -> two(at.getMonthValue());
      case 'd' -> two(at.getDayOfMonth());
      case 'e' -> blankTwo(at.getDayOfMonth());
      case 'H' -> two(at.getHour());
      case 'I' -> two((at.getHour() + 11) % 12 + 1);
      case 'M' -> two(at.getMinute());
      case 'S' -> two(at.getSecond());
      case 'f' -> padded(at.getNano() / 1000, 6);
      case 'p' -> at.getHour() < 12 ? "AM" : "PM";
      case 'a' -> day(at, 3);
      case 'A' -> day(at, 9);
      case 'b', 'h' -> month(at, 3);
      case 'B' -> month(at, 9);
      case 'j' -> padded(at.getDayOfYear(), 3);
      case 'u' -> Integer.toString(at.getDayOfWeek().getValue());
      case 'w' -> Integer.toString(at.getDayOfWeek().getValue() % 7);
      case 'U' -> two(week(at, DayOfWeek.SUNDAY));
      case 'W' -> two(week(at, DayOfWeek.MONDAY));
      case 'V' -> two(at.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
      case 'G' -> Integer.toString(at.get(IsoFields.WEEK_BASED_YEAR));
      default -> throw new IllegalArgumentException("strftime: unknown directive %" + letter);
    };
  }

  /** Rounded once, as Python divides its whole microseconds. */
  private static double wholeMicros(long seconds, int nanos) {
    return BigDecimal.valueOf(seconds)
        .add(new BigDecimal(nanos / 1000).movePointLeft(6))
        .doubleValue();
  }

  private static String text(LocalTime clock) {
    if (clock == null) {
      return "";
    }
    int micros = clock.getNano() / 1000;
    return micros == 0 ? clock(clock) : clock(clock) + "." + padded(micros, 6);
  }

  private static String offset(ZoneOffset offset, String colon) {
    int seconds = Math.abs(offset.getTotalSeconds());
    String text = offset.getTotalSeconds() < 0 ? "-" : "+";
    text += two(seconds / 3600) + colon + two(seconds / 60 % 60);
    return seconds % 60 == 0 ? text : text + colon + two(seconds % 60);
  }

  private static String zone(ZoneOffset offset) {
    return offset.getTotalSeconds() == 0 ? "UTC" : "UTC" + offset(offset, ":");
  }

  private static String day(LocalDateTime at, int length) {
    return shortened(DAYS.get(at.getDayOfWeek().getValue() - 1), length);
  }

  private static String month(LocalDateTime at, int length) {
    return shortened(MONTHS.get(at.getMonthValue() - 1), length);
  }

  private static String shortened(String name, int length) {
    return name.substring(0, Math.min(length, name.length()));
  }

  private static int year2(LocalDateTime at) {
    return at.getYear() % 100;
  }

  /** The week of the year; days before the first {@code start} are in week 0. */
  private static int week(LocalDateTime at, DayOfWeek start) {
    int sinceStart = Math.floorMod(at.getDayOfWeek().getValue() - start.getValue(), 7);
    return (at.getDayOfYear() + 6 - sinceStart) / 7;
  }

  private static String clock(LocalTime clock) {
    return joined(":", two(clock.getHour()), two(clock.getMinute()), two(clock.getSecond()));
  }

  private static String joined(String separator, String... parts) {
    return String.join(separator, parts);
  }

  private static String blankTwo(int number) {
    return number < 10 ? " " + number : Integer.toString(number);
  }

  private static String two(int number) {
    return padded(number, 2);
  }

  private static String padded(int number, int width) {
    String digits = Integer.toString(number);
    return "0".repeat(Math.max(width - digits.length(), 0)) + digits;
  }
}
