package dev.crossfade.runtime;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads settings from environment variables and collects the errors in them. */
public final class Settings {
  private final Map<String, String> environment;
  private final SortedMap<String, Object> values = new TreeMap<>();
  private final List<String> wrong = new ArrayList<>();

  /** Reads from this environment. */
  public Settings(Map<String, String> environment) {
    this.environment = environment;
  }

  /** A string; the default may be null. */
  public String text(String name, String defaultValue) {
    String value = environment.getOrDefault(name, "").strip();
    return keep(name, value.isEmpty() ? defaultValue : value);
  }

  /** A whole number within bounds. */
  public int number(String name, int defaultValue, int min, int max) {
    String value = environment.getOrDefault(name, "").strip();
    if (value.isEmpty()) {
      return keep(name, defaultValue);
    }
    try {
      int number = Integer.parseInt(value);
      if (min <= number && number <= max) {
        return keep(name, number);
      }
    } catch (NumberFormatException e) {
      // handled below, like a number out of bounds
    }
    wrong(name, "a whole number from " + min + " to " + max, value);
    return defaultValue;
  }

  /** A duration in seconds, which may have a fraction; 0 means none. */
  public Duration seconds(String name, double defaultValue) {
    String value = environment.getOrDefault(name, "").strip();
    double seconds = defaultValue;
    if (!value.isEmpty()) {
      try {
        seconds = Double.parseDouble(value);
      } catch (NumberFormatException e) {
        seconds = Double.NaN;
      }
      if (!(seconds >= 0 && seconds <= 1e8)) {
        wrong(name, "seconds, 0 or more", value);
        seconds = defaultValue;
      }
    }
    keep(name, seconds);
    return Duration.ofNanos(Math.round(seconds * 1e9));
  }

  /** A percentage from 0 to 100; null if the variable is not set. */
  public Double percent(String name) {
    String value = environment.getOrDefault(name, "").strip();
    if (value.isEmpty()) {
      return keep(name, null);
    }
    try {
      double percent = Double.parseDouble(value);
      if (percent >= 0 && percent <= 100) {
        return keep(name, percent);
      }
    } catch (NumberFormatException e) {
      // handled below, like a number out of bounds
    }
    wrong(name, "a number from 0 to 100", value);
    return null;
  }

  /** True or false. */
  public boolean flag(String name, boolean defaultValue) {
    String value = environment.getOrDefault(name, "").strip();
    switch (value) {
      case "":
        return keep(name, defaultValue);
      case "true", "1":
        return keep(name, true);
      case "false", "0":
        return keep(name, false);
      default:
        wrong(name, "true or false", value);
        return defaultValue;
    }
  }

  /** A readable file; null if the variable is not set. */
  public Path file(String name) {
    String value = environment.getOrDefault(name, "").strip();
    if (value.isEmpty()) {
      return keep(name, null);
    }
    Path path = Path.of(value);
    if (!Files.isReadable(path) || Files.isDirectory(path)) {
      wrong(name, "a readable file", value);
    }
    return keep(name, path);
  }

  /** Strings separated by commas. */
  public List<String> list(String name, String defaultValue) {
    String value = environment.getOrDefault(name, defaultValue);
    List<String> items = new ArrayList<>();
    for (String item : value.split(",")) {
      if (!item.isBlank()) {
        items.add(item.strip());
      }
    }
    return keep(name, List.copyOf(items));
  }

  /** Adds an error for a variable. */
  public void wrong(String name, String expected, String got) {
    wrong.add(name + ": expected " + expected + ", got " + (got == null ? "nothing" : got));
  }

  /**
   * Ends the reading.
   *
   * @throws ConfigException if there are errors
   */
  public void check() {
    if (!wrong.isEmpty()) {
      throw new ConfigException(wrong);
    }
  }

  /** Every variable that was read, with its value or its default. */
  public SortedMap<String, Object> values() {
    return values;
  }

  private <T> T keep(String name, T value) {
    values.put(name, value);
    return value;
  }
}
