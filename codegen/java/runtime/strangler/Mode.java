package dev.crossfade.runtime.strangler;

import java.math.BigDecimal;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which side answers an RPC, and whether the other is called for comparison. */
public record Mode(Kind kind, double sharePct) {
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
  public static final Mode LEGACY = new Mode(Kind.LEGACY, 0);

  private static final Pattern CANARY =
      Pattern.compile("CANARY\\s+(\\d{1,3}(?:\\.\\d{1,6})?)\\s*%");

  /**
   * Parses a mode as written in a modes file.
   *
   * @throws IllegalArgumentException if it is not a mode
   */
  public static Mode parse(String text) {
    Matcher canary = CANARY.matcher(text);
    if (canary.matches() && Double.parseDouble(canary.group(1)) <= 100) {
      return new Mode(Kind.CANARY, Double.parseDouble(canary.group(1)));
    }
    for (Kind kind : Kind.values()) {
      if (kind != Kind.CANARY && kind.name().equals(text)) {
        return new Mode(kind, 0);
      }
    }
    throw new IllegalArgumentException(
        "expected LEGACY, COMPARE, CANARY p%, PORTED_COMPARE or PORTED, got \"" + text + "\"");
  }

  /** The side that answers this call; a shadow call in a canary goes to the candidate. */
  public Side side(boolean shadow, RandomGenerator random) {
    return switch (kind) {
      case LEGACY, COMPARE -> Side.LEGACY;
      case CANARY -> shadow || random.nextDouble() * 100 < sharePct ? Side.CANDIDATE : Side.LEGACY;
      case PORTED_COMPARE, PORTED -> Side.CANDIDATE;
    };
  }

  /** True if the side that does not answer is also called. */
  public boolean compares() {
    return kind == Kind.COMPARE || kind == Kind.CANARY || kind == Kind.PORTED_COMPARE;
  }

  /** True if legacy takes part. */
  public boolean needsLegacy() {
    return kind != Kind.PORTED;
  }

  @Override
  public String toString() {
    return kind == Kind.CANARY ? "CANARY " + BigDecimal.valueOf(sharePct) + "%" : kind.name();
  }
}
