package dev.crossfade.runtime;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Pattern;

/** Python's float: its text, its rounding and its arithmetic. */
final class PyFloats {
  /** With more digits than these rounding changes nothing, or leaves nothing. */
  private static final int MOST_DIGITS = 323;

  private static final int FEWEST_DIGITS = -308;

  private static final Pattern NUMBER =
      Pattern.compile(
          "[+-]?(\\d+(_\\d+)*\\.?(\\d+(_\\d+)*)?|\\.\\d+(_\\d+)*)([eE][+-]?\\d+(_\\d+)*)?");

  private PyFloats() {}

  static String repr(double value) {
    if (!Double.isFinite(value) || value == 0) {
      return sign(value) + (value == 0 ? "0.0" : nonFinite(value));
    }
    BigDecimal shortest = shortest(Math.abs(value));
    int exponent = exponent(shortest);
    if (exponent < -4 || exponent >= 16) {
      return sign(value) + scientific(shortest.stripTrailingZeros());
    }
    String plain = shortest.stripTrailingZeros().toPlainString();
    return sign(value) + (plain.indexOf('.') < 0 ? plain + ".0" : plain);
  }

  static String fixed(double value, int digits) {
    if (!Double.isFinite(value)) {
      return sign(value) + nonFinite(value);
    }
    return sign(value) + exact(value).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
  }

  static String grouped(double value, int digits) {
    String text = fixed(value, digits);
    int point = text.indexOf('.');
    StringBuilder grouped = new StringBuilder(text);
    int first = text.startsWith("-") ? 1 : 0;
    int end = point < 0 ? text.length() : point;
    for (int i = end - 3; i > first && Double.isFinite(value); i -= 3) {
      grouped.insert(i, ',');
    }
    return grouped.toString();
  }

  static String percent(double value, int digits) {
    return fixed(value * 100, digits) + "%";
  }

  static String exponential(double value, int digits) {
    if (!Double.isFinite(value)) {
      return sign(value) + nonFinite(value);
    }
    BigDecimal rounded = significant(value, digits + 1);
    return sign(value) + scientific(padded(rounded, digits + 1));
  }

  static String general(double value, int precision) {
    if (!Double.isFinite(value) || value == 0) {
      return sign(value) + (value == 0 ? "0" : nonFinite(value));
    }
    int wanted = Math.max(precision, 1);
    BigDecimal rounded = significant(value, wanted).stripTrailingZeros();
    int exponent = exponent(rounded);
    boolean fits = exponent >= -4 && exponent < wanted;
    return sign(value) + (fits ? rounded.toPlainString() : scientific(rounded));
  }

  static BigInteger truncate(double value) {
    if (Double.isNaN(value)) {
      throw new IllegalArgumentException("cannot convert float NaN to integer");
    }
    if (Double.isInfinite(value)) {
      throw new ArithmeticException("cannot convert float infinity to integer");
    }
    return new BigDecimal(value).toBigInteger();
  }

  static double round(double value, int digits) {
    if (!Double.isFinite(value) || digits > MOST_DIGITS) {
      return value;
    }
    if (digits < FEWEST_DIGITS) {
      return Math.copySign(0.0, value);
    }
    double rounded = exact(value).setScale(digits, RoundingMode.HALF_EVEN).doubleValue();
    if (Double.isInfinite(rounded)) {
      throw new ArithmeticException("rounded value too large to represent");
    }
    return Math.copySign(rounded, value);
  }

  static double mod(double dividend, double divisor) {
    if (divisor == 0) {
      throw new ArithmeticException("float modulo");
    }
    double rest = dividend % divisor;
    if (rest == 0) {
      return Math.copySign(0.0, divisor);
    }
    return (divisor < 0) == (rest < 0) ? rest : rest + divisor;
  }

  /** The steps of CPython's own division, which differ from floor(dividend / divisor). */
  static double floorDiv(double dividend, double divisor) {
    if (divisor == 0) {
      throw new ArithmeticException("float floor division by zero");
    }
    double rest = dividend % divisor;
    double quotient = (dividend - rest) / divisor;
    if (rest != 0 && (divisor < 0) != (rest < 0)) {
      quotient -= 1;
    }
    if (quotient == 0) {
      return Math.copySign(0.0, dividend / divisor);
    }
    double floor = Math.floor(quotient);
    return quotient - floor > 0.5 ? floor + 1 : floor;
  }

  static double pow(double base, double exponent) {
    if (base == 1 || (base == -1 && Double.isInfinite(exponent))) {
      return 1;
    }
    if (base == 0 && exponent < 0) {
      throw new ArithmeticException("0.0 cannot be raised to a negative power");
    }
    if (base < 0 && Double.isFinite(base) && Double.isFinite(exponent) && exponent % 1 != 0) {
      throw new ArithmeticException("the result is a complex number in Python");
    }
    double power = Math.pow(base, exponent);
    if (Double.isInfinite(power) && Double.isFinite(base) && Double.isFinite(exponent)) {
      throw new ArithmeticException("Numerical result out of range");
    }
    return power;
  }

  static double sum(double... values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }

  /** Neumaier's sum: adds at the end what each addition lost. */
  static double sumCompensated(double... values) {
    double sum = 0;
    double lost = 0;
    for (double value : values) {
      double next = sum + value;
      lost += Math.abs(sum) >= Math.abs(value) ? (sum - next) + value : (value - next) + sum;
      sum = next;
    }
    return Double.isFinite(lost) ? sum + lost : sum;
  }

  static double max(double first, double... others) {
    double max = first;
    for (double other : others) {
      max = other > max ? other : max;
    }
    return max;
  }

  static double min(double first, double... others) {
    double min = first;
    for (double other : others) {
      min = other < min ? other : min;
    }
    return min;
  }

  static double parse(String text) {
    String plain = PyInts.asciiDigits(text);
    String lower = plain.toLowerCase(Locale.ROOT);
    String unsigned = lower.startsWith("-") || lower.startsWith("+") ? lower.substring(1) : lower;
    double sign = lower.startsWith("-") ? -1 : 1;
    if (unsigned.equals("nan")) {
      return Double.NaN;
    }
    if (unsigned.equals("inf") || unsigned.equals("infinity")) {
      return sign * Double.POSITIVE_INFINITY;
    }
    if (!NUMBER.matcher(plain).matches()) {
      throw new NumberFormatException("could not convert string to float: " + PyRepr.repr(text));
    }
    return Double.parseDouble(plain.replace("_", ""));
  }

  private static BigDecimal exact(double value) {
    return new BigDecimal(Math.abs(value));
  }

  private static BigDecimal significant(double value, int digits) {
    return exact(value).round(new MathContext(digits, RoundingMode.HALF_EVEN));
  }

  /** Where {@code decimal} has its first digit: 2 for 123, -1 for 0.1, 0 for 0. */
  private static int exponent(BigDecimal decimal) {
    return decimal.signum() == 0 ? 0 : decimal.precision() - decimal.scale() - 1;
  }

  /** The shortest decimal that parses as {@code value}; of several, the nearest. */
  private static BigDecimal shortest(double value) {
    BigDecimal exact = new BigDecimal(value);
    // Double.toString is never too short, but before JDK 19 it is sometimes too long.
    int digits = new BigDecimal(Double.toString(value)).stripTrailingZeros().precision();
    BigDecimal best = nearest(exact, value, digits);
    for (BigDecimal next = best; next != null && digits > 1; ) {
      next = nearest(exact, value, --digits);
      best = next == null ? best : next;
    }
    return best;
  }

  /** The nearest decimal with this many digits, null if it does not parse as {@code value}. */
  private static BigDecimal nearest(BigDecimal exact, double value, int digits) {
    BigDecimal below = exact.round(new MathContext(digits, RoundingMode.DOWN));
    BigDecimal above = exact.round(new MathContext(digits, RoundingMode.UP));
    boolean belowReads = below.doubleValue() == value;
    boolean aboveReads = above.doubleValue() == value;
    if (belowReads && aboveReads) {
      return exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
    }
    return belowReads ? below : aboveReads ? above : null;
  }

  /** The same number with trailing zeros up to {@code digits} digits. */
  private static BigDecimal padded(BigDecimal decimal, int digits) {
    if (decimal.signum() == 0) {
      return BigDecimal.ZERO.setScale(digits - 1);
    }
    return decimal.setScale(decimal.scale() + digits - decimal.precision());
  }

  private static String scientific(BigDecimal decimal) {
    int exponent = exponent(decimal);
    BigDecimal mantissa = decimal.scaleByPowerOfTen(-exponent);
    String power = (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "");
    return mantissa.toPlainString() + "e" + power + Math.abs(exponent);
  }

  private static String sign(double value) {
    boolean negative = !Double.isNaN(value) && Math.copySign(1, value) < 0;
    return negative ? "-" : "";
  }

  private static String nonFinite(double value) {
    return Double.isNaN(value) ? "nan" : "inf";
  }
}
