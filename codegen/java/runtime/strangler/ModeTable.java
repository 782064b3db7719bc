package dev.crossfade.runtime.strangler;

import java.util.LinkedHashMap;
import java.util.Map;

/** The modes in a modes file: by RPC, and for the rest; and what a controller wrote beside them. */
record ModeTable(Map<String, Mode> byRpc, Mode rest, Shift shift) {
  /** Every RPC in LEGACY. */
  public static final ModeTable ALL_LEGACY =
      new ModeTable(Map.of(), Mode.LEGACY, Shift.parse(Map.of()));

  /** The mode of an RPC. */
  public Mode of(String rpc) {
    return byRpc.getOrDefault(rpc, rest);
  }

  /**
   * Parses lines such as {@code ci.builds.v1.BuildService/GetBuild = CANARY 5%}.
   *
   * @throws IllegalArgumentException if a line is wrong: its number, what was expected, what it got
   */
  public static ModeTable parse(String text) {
    Map<String, Mode> modes = new LinkedHashMap<>();
    Map<String, String> shift = new LinkedHashMap<>();
    int number = 0;
    for (String raw : text.split("\n", -1)) {
      number++;
      int comment = raw.indexOf('#');
      String line = (comment < 0 ? raw : raw.substring(0, comment)).strip();
      if (!line.isEmpty()) {
        read(line, number, modes, shift);
      }
    }
    if (modes.isEmpty()) { // an emptied file must not send everything back to legacy
      throw new IllegalArgumentException(
          "expected at least one line, such as * = LEGACY, got none");
    }
    Shift shifted = Shift.parse(shift);
    if (shifted.lease() == null && modes.values().stream().anyMatch(Mode::leased)) {
      throw new IllegalArgumentException(
          "expected lease = SECONDS, because a mode is leased, got none");
    }
    Mode rest = modes.remove("*");
    return new ModeTable(Map.copyOf(modes), rest == null ? Mode.LEGACY : rest, shifted);
  }

  private static void read(
      String line, int number, Map<String, Mode> modes, Map<String, String> shift) {
    int equals = line.indexOf('=');
    String name = equals < 0 ? "" : line.substring(0, equals).strip();
    if (Shift.NAMES.contains(name)) {
      if (shift.put(name, line.substring(equals + 1).strip()) != null) {
        throw new IllegalArgumentException(
            "line " + number + ": expected " + name + " once, got it again");
      }
      return;
    }
    if (!name.equals("*") && !name.matches("[\\w.]+/\\w+")) {
      throw new IllegalArgumentException(
          "line " + number + ": expected package.Service/Method = MODE, got \"" + line + "\"");
    }
    Mode mode;
    try {
      mode = Mode.parse(line.substring(equals + 1).strip());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("line " + number + ": " + e.getMessage(), e);
    }
    if (modes.put(name, mode) != null) {
      throw new IllegalArgumentException(
          "line " + number + ": expected each RPC once, got " + name + " again");
    }
  }
}
