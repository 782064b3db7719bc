package dev.crossfade.runtime.strangler;

import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which side answers an RPC, and whether the other is called for comparison.
 *
 * @param leased whether it holds only while a controller renews its lease
 */
public record Mode(Kind kind, double sharePct, boolean leased) {
  /** The five steps of a port. */
  public enum Kind {
    /** Legacy answers. */
    LEGACY,
    /** Legacy answers; the handler also runs and is compared. */
    COMPARE,
    /** The handler answers a share of the calls, legacy the rest; both are compared. */
    CANARY,
    /** The handler answers; legacy is also called and compared. */
    PORTED_COMPARE,
    /** The handler answers. */
    PORTED
  }

  /** The default. */
  public static final Mode LEGACY = new Mode(Kind.LEGACY, 0, false);

  /** What a mode becomes whose lease has ended. */
  public static final Mode COMPARE = new Mode(Kind.COMPARE, 0, false);

  private static final Pattern CANARY =
      Pattern.compile("CANARY\\s+(\\d{1,3}(?:\\.\\d{1,6})?)\\s*%");
  private static final Pattern LEASED = Pattern.compile("\\s+leased$");

  /**
   * Parses a mode as written in a modes file.
   *
   * @throws IllegalArgumentException if it is not a mode
   */
  public static Mode parse(String text) {
    String word = LEASED.matcher(text).replaceFirst("");
    boolean leased = !word.equals(text);
    Matcher canary = CANARY.matcher(word);
    if (canary.matches() && Double.parseDouble(canary.group(1)) <= 100) {
      return new Mode(Kind.CANARY, Double.parseDouble(canary.group(1)), leased);
    }
    for (Kind kind : Kind.values()) {
      if (kind != Kind.CANARY && kind.name().equals(word)) {
        return new Mode(kind, 0, leased);
      }
    }
    throw new IllegalArgumentException(
        "expected LEGACY, COMPARE, CANARY p%, PORTED_COMPARE or PORTED, got \"" + text + "\"");
  }

  /** True if the side that does not answer is also called. */
  public boolean compares() {
    return kind == Kind.COMPARE || kind == Kind.CANARY || kind == Kind.PORTED_COMPARE;
  }

  /** True if legacy takes part. */
  public boolean needsLegacy() {
    return kind != Kind.PORTED || leased;
  }

  @Override
  public String toString() {
    String word =
        kind == Kind.CANARY ? "CANARY " + BigDecimal.valueOf(sharePct) + "%" : kind.name();
    return leased ? word + " leased" : word;
  }
}
