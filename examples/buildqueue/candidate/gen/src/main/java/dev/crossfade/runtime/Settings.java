package dev.crossfade.runtime;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads settings from environment variables and gathers what is wrong with them. */
public final class Settings {
  private final Map<String, String> environment;
  private final SortedMap<String, Object> values = new TreeMap<>();
  private final List<String> wrong = new ArrayList<>();

  /** Reads from this environment. */
  public Settings(Map<String, String> environment) {
    this.environment = environment;
  }

  /** A text; the default may be null. */
  public String text(String name, String otherwise) {
    String value = environment.getOrDefault(name, "").strip();
    return keep(name, value.isEmpty() ? otherwise : value);
  }

  /** A whole number within bounds. */
  public int number(String name, int otherwise, int least, int most) {
    String value = environment.getOrDefault(name, "").strip();
    if (value.isEmpty()) {
      return keep(name, otherwise);
    }
    try {
      int number = Integer.parseInt(value);
      if (least <= number && number <= most) {
        return keep(name, number);
      }
    } catch (NumberFormatException e) {
      // falls through to the same line as a number out of bounds
    }
    wrong(name, "a whole number from " + least + " to " + most, value);
    return otherwise;
  }

  /** A duration in seconds, which may have a fraction; 0 stands for none. */
  public Duration seconds(String name, double otherwise) {
    String value = environment.getOrDefault(name, "").strip();
    double seconds = otherwise;
    if (!value.isEmpty()) {
      try {
        seconds = Double.parseDouble(value);
      } catch (NumberFormatException e) {
        seconds = Double.NaN;
      }
      if (!(seconds >= 0 && seconds <= 1e8)) {
        wrong(name, "seconds, 0 or more", value);
        seconds = otherwise;
      }
    }
    keep(name, seconds);
    return Duration.ofNanos(Math.round(seconds * 1e9));
  }

  /** A share in per cent, 0 to 100; null where the variable is not set. */
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
      // falls through to the same line as a number out of bounds
    }
    wrong(name, "a number from 0 to 100", value);
    return null;
  }

  /** True or false. */
  public boolean flag(String name, boolean otherwise) {
    String value = environment.getOrDefault(name, "").strip();
    switch (value) {
      case "":
        return keep(name, otherwise);
      case "true", "1":
        return keep(name, true);
      case "false", "0":
        return keep(name, false);
      default:
        wrong(name, "true or false", value);
        return otherwise;
    }
  }

  /** A file that can be read; null where the variable is not set. */
  public Path file(String name) {
    String value = environment.getOrDefault(name, "").strip();
    if (value.isEmpty()) {
      return keep(name, null);
    }
    Path path = Path.of(value);
    if (!Files.isReadable(path) || Files.isDirectory(path)) {
      wrong(name, "a file that can be read", value);
    }
    return keep(name, path);
  }

  /** Texts with commas between them. */
  public List<String> list(String name, String otherwise) {
    String value = environment.getOrDefault(name, otherwise);
    List<String> items = new ArrayList<>();
    for (String item : value.split(",")) {
      if (!item.isBlank()) {
        items.add(item.strip());
      }
    }
    return keep(name, List.copyOf(items));
  }

  /** Notes that a variable is wrong, in the words that all have. */
  public void wrong(String name, String expected, String got) {
    wrong.add(name + ": expected " + expected + ", got " + (got == null ? "nothing" : got));
  }

  /**
   * Ends the reading.
   *
   * @throws ConfigException something is wrong
   */
  public void check() {
    if (!wrong.isEmpty()) {
      throw new ConfigException(wrong);
    }
  }

  /** Every variable that was asked for, with its value or its default. */
  public SortedMap<String, Object> values() {
    return values;
  }

  private <T> T keep(String name, T value) {
    values.put(name, value);
    return value;
  }
}
