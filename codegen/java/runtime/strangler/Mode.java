package dev.crossfade.runtime.strangler;

import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which side answers an RPC, and whether the other is called for comparison.
 *
 * @param comparePct the share of calls for which the other side is called
 * @param leased whether it holds only while a controller renews its lease
 */
public record Mode(Kind kind, double sharePct, double comparePct, boolean leased) {
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
  public static final Mode LEGACY = new Mode(Kind.LEGACY, 0, 100, false);

  /** What a mode becomes whose lease has ended. */
  public static final Mode COMPARE = new Mode(Kind.COMPARE, 0, 100, false);

  private static final String PCT = "\\s+(\\d{1,3}(?:\\.\\d{1,6})?)\\s*%";
  private static final Pattern WRITTEN =
      Pattern.compile("([A-Z_]+)(?:" + PCT + ")?(?:\\s+compare" + PCT + ")?(\\s+leased)?");

  /**
   * Parses a mode as written in a modes file.
   *
   * @throws IllegalArgumentException if it is not a mode
   */
  public static Mode parse(String text) {
    Matcher written = WRITTEN.matcher(text);
    for (Kind kind : Kind.values()) {
      if (written.matches() && kind.name().equals(written.group(1))) {
        double share = pct(written.group(2), 0);
        double compare = pct(written.group(3), 100);
        boolean isCanary = kind == Kind.CANARY;
        if (share <= 100 && compare <= 100 && isCanary == (written.group(2) != null)) {
          return new Mode(kind, share, compare, written.group(4) != null);
        }
      }
    }
    throw new IllegalArgumentException(
        "expected LEGACY, COMPARE, CANARY p%, PORTED_COMPARE or PORTED, got \"" + text + "\"");
  }

  private static double pct(String text, double otherwise) {
    return text == null ? otherwise : Double.parseDouble(text);
  }

  /** True if the side that does not answer is also called, for its share of the calls. */
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
    String compared = comparePct == 100 ? "" : " compare " + BigDecimal.valueOf(comparePct) + "%";
    return word + compared + (leased ? " leased" : "");
  }
}
