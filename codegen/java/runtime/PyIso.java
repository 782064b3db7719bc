package dev.crossfade.runtime;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.IsoFields;
import java.time.temporal.Temporal;

/** Python's datetime.fromisoformat, as of 3.11. */
final class PyIso {
  private static final int FRACTION_DIGITS = 6;

  private final String text;
  private int at;

  private PyIso(String text) {
    this.text = text;
  }

  static Temporal parse(String text) {
    PyIso reader = new PyIso(text);
    try {
      return reader.dateTime();
    } catch (DateTimeException e) {
      throw reader.invalid();
    }
  }

  private Temporal dateTime() {
    if (PyText.len(text) < 7) {
      throw invalid();
    }
    int dateEnd = dateEnd();
    LocalDate date = date(dateEnd);
    if (at == text.length()) {
      return date.atStartOfDay();
    }
    at += Character.charCount(text.codePointAt(at)); // any single character separates
    int zone = zoneStart();
    LocalTime time = time(zone);
    LocalDateTime local = date.atTime(time);
    if (zone == text.length()) {
      return local;
    }
    return OffsetDateTime.of(local, offset(zone));
  }

  /** Where the date ends: 7, 8 or 10 characters, by the hyphens and the W of a week. */
  private int dateEnd() {
    if (text.length() == 7) {
      return 7;
    }
    if (text.charAt(4) != '-') {
      return text.charAt(4) == 'W' ? compactWeekEnd() : 8;
    }
    if (text.charAt(5) != 'W') {
      return 10;
    }
    boolean hasDay = text.length() > 8 && text.charAt(8) == '-';
    boolean isOffset = text.length() > 10 && isDigit(10); // 2024-W01-05 is an hour, not a day
    return hasDay && !isOffset ? 10 : 8;
  }

  /** 2024W01 or 2024W011: an even number of digits after it belongs to the time. */
  private int compactWeekEnd() {
    int end = 7;
    while (end < text.length() && isDigit(end)) {
      end++;
    }
    if (end < 9) {
      return end;
    }
    return end % 2 == 0 ? 7 : 8;
  }

  private LocalDate date(int end) {
    int year = digits(4, end);
    boolean hyphens = skip('-', end);
    if (skip('W', end)) {
      int week = digits(2, end);
      int day = 1;
      if (at < end) {
        if (skip('-', end) != hyphens) {
          throw invalid();
        }
        day = digits(1, end);
      }
      return requireEnd(end, ofWeek(year, week, day));
    }
    int month = digits(2, end);
    if (skip('-', end) != hyphens) {
      throw invalid();
    }
    return requireEnd(end, LocalDate.of(requireYear(year), month, digits(2, end)));
  }

  private LocalDate ofWeek(int year, int week, int day) {
    LocalDate middle = LocalDate.of(requireYear(year), 7, 1);
    if (week < 1 || week > IsoFields.WEEK_OF_WEEK_BASED_YEAR.rangeRefinedBy(middle).getMaximum()) {
      throw invalid();
    }
    if (day < 1 || day > 7) {
      throw invalid();
    }
    LocalDate start = LocalDate.of(year, 1, 4);
    LocalDate date = start.plusDays((week - 1) * 7L + day - start.getDayOfWeek().getValue());
    requireYear(date.getYear());
    return date;
  }

  private LocalDate requireEnd(int end, LocalDate date) {
    if (at != end) {
      throw invalid();
    }
    return date;
  }

  private int requireYear(int year) {
    if (year < 1 || year > 9999) {
      throw invalid();
    }
    return year;
  }

  private int zoneStart() {
    int zone = at;
    while (zone < text.length() && "+-Z".indexOf(text.charAt(zone)) < 0) {
      zone++;
    }
    return zone;
  }

  private LocalTime time(int end) {
    int[] parts = parts(end);
    return LocalTime.of(parts[0], parts[1], parts[2], parts[3] * 1000);
  }

  private ZoneOffset offset(int zone) {
    at = zone + 1;
    if (text.charAt(zone) == 'Z') {
      if (at != text.length()) {
        throw invalid();
      }
      return ZoneOffset.UTC;
    }
    int[] parts = parts(text.length());
    int seconds = parts[0] * 3600 + parts[1] * 60 + parts[2];
    if (parts[3] != 0) {
      throw new IllegalArgumentException("Java has no offset with microseconds: " + text);
    }
    return ZoneOffset.ofTotalSeconds(text.charAt(zone) == '-' ? -seconds : seconds);
  }

  /** Hour, minute, second and microsecond up to {@code end}, with colons or without. */
  private int[] parts(int end) {
    int[] parts = new int[4];
    boolean colons = false;
    for (int i = 0; i < 3; i++) {
      parts[i] = digits(2, end);
      if (at == end) {
        return parts;
      }
      char next = text.charAt(at);
      if (at + 1 == end) {
        return requireOffset(end, parts); // CPython accepts any single character right before it
      }
      colons = i == 0 ? next == ':' : colons;
      if (next == '.' || next == ',') {
        at++;
        parts[3] = fraction(end);
        return parts;
      }
      if (colons && next == ':') {
        at++; // after the seconds CPython takes it for the decimal point
      } else if (colons) {
        throw invalid();
      }
    }
    parts[3] = fraction(end); // without colons the decimal point may be missing
    return parts;
  }

  private int[] requireOffset(int end, int[] parts) {
    if (end == text.length()) {
      throw invalid();
    }
    return parts;
  }

  /** Digits beyond the microsecond are parsed and dropped. */
  private int fraction(int end) {
    int count = Math.min(end - at, FRACTION_DIGITS);
    int micros = digits(count, end);
    for (int i = count; i < FRACTION_DIGITS; i++) {
      micros *= 10;
    }
    while (at < end && isDigit(at)) {
      at++;
    }
    if (at != end && end == text.length()) { // before an offset CPython accepts anything here
      throw invalid();
    }
    return micros;
  }

  private int digits(int count, int end) {
    int value = 0;
    for (int i = 0; i < count; i++, at++) {
      if (at >= end || !isDigit(at)) {
        throw invalid();
      }
      value = value * 10 + text.charAt(at) - '0';
    }
    return value;
  }

  private boolean skip(char c, int end) {
    boolean found = at < end && at < text.length() && text.charAt(at) == c;
    at += found ? 1 : 0;
    return found;
  }

  private boolean isDigit(int i) {
    return i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9';
  }

  private IllegalArgumentException invalid() {
    return new IllegalArgumentException("Invalid isoformat string: " + PyRepr.repr(text));
  }
}
