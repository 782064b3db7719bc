package dev.crossfade.runtime;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/** Python's int: no limit, division that rounds down, and a lenient parser. */
final class PyInts {
  /** The most digits that {@code int()} parses by default. */
  private static final int MOST_DIGITS = 4300;

  private static final int SHOWN_CHARACTERS = 200;
  private static final long EXACT_IN_DOUBLE = 1L << 53;

  private PyInts() {}

  static BigInteger floorDiv(BigInteger dividend, BigInteger divisor) {
    if (divisor.signum() == 0) {
      throw new ArithmeticException("integer division or modulo by zero");
    }
    BigInteger[] both = dividend.divideAndRemainder(divisor);
    boolean below = both[1].signum() != 0 && both[1].signum() != divisor.signum();
    return below ? both[0].subtract(BigInteger.ONE) : both[0];
  }

  static BigInteger mod(BigInteger dividend, BigInteger divisor) {
    if (divisor.signum() == 0) {
      throw new ArithmeticException("integer modulo by zero");
    }
    BigInteger rest = dividend.remainder(divisor);
    boolean other = rest.signum() != 0 && rest.signum() != divisor.signum();
    return other ? rest.add(divisor) : rest;
  }

  static long floorDiv(long dividend, long divisor) {
    if (divisor == 0) {
      throw new ArithmeticException("integer division or modulo by zero");
    }
    if (dividend == Long.MIN_VALUE && divisor == -1) {
      throw new ArithmeticException("long overflow");
    }
    return Math.floorDiv(dividend, divisor);
  }

  static long mod(long dividend, long divisor) {
    if (divisor == 0) {
      throw new ArithmeticException("integer modulo by zero");
    }
    return Math.floorMod(dividend, divisor);
  }

  /** The quotient rounded once, even if an operand does not fit a double. */
  static double trueDiv(long dividend, long divisor) {
    if (divisor == 0) {
      throw new ArithmeticException("division by zero");
    }
    if (fitsDouble(dividend) && fitsDouble(divisor)) {
      return (double) dividend / divisor;
    }
    // 130 bits of quotient, and one more that marks a remainder.
    BigInteger[] both =
        BigInteger.valueOf(dividend)
            .abs()
            .shiftLeft(130)
            .divideAndRemainder(BigInteger.valueOf(divisor).abs());
    BigInteger sticky = both[1].signum() == 0 ? BigInteger.ZERO : BigInteger.ONE;
    double quotient = Math.scalb(both[0].shiftLeft(1).or(sticky).doubleValue(), -131);
    return (dividend < 0) == (divisor < 0) ? quotient : -quotient;
  }

  static BigInteger round(BigInteger value, int digits) {
    if (digits >= 0) {
      return value;
    }
    return new BigDecimal(value).setScale(digits, RoundingMode.HALF_EVEN).toBigInteger();
  }

  static String inBase(BigInteger value, int base, String prefix) {
    return (value.signum() < 0 ? "-" : "") + prefix + value.abs().toString(base);
  }

  /** Compares an int and a float without converting either to the other. */
  static boolean equal(long integer, double number) {
    return Double.isFinite(number)
        && BigDecimal.valueOf(integer).compareTo(new BigDecimal(number)) == 0;
  }

  static BigInteger parse(String text, int base) {
    if (base < 2 || base > 36) {
      throw new IllegalArgumentException("int() base must be >= 2 and <= 36, got " + base);
    }
    String plain = asciiDigits(text);
    boolean negative = plain.startsWith("-");
    String digits = negative || plain.startsWith("+") ? plain.substring(1) : plain;
    if (hasPrefix(digits, base)) {
      digits = digits.substring(digits.startsWith("_", 2) ? 3 : 2);
    }
    if (!areDigits(digits, base)) {
      throw new NumberFormatException(
          "invalid literal for int() with base " + base + ": " + shown(text));
    }
    digits = digits.replace("_", "");
    if (digits.length() > MOST_DIGITS && Integer.bitCount(base) != 1) {
      throw new NumberFormatException(
          "Exceeds the limit (4300 digits) for integer string conversion: value has "
              + digits.length()
              + " digits; use sys.set_int_max_str_digits() to increase the limit");
    }
    BigInteger value = new BigInteger(digits, base);
    return negative ? value.negate() : value;
  }

  /** Without surrounding white space, and with ASCII digits for those of other scripts. */
  static String asciiDigits(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && isNumberSpace(text.charAt(start))) {
      start++;
    }
    while (end > start && isNumberSpace(text.charAt(end - 1))) {
      end--;
    }
    StringBuilder plain = new StringBuilder();
    text.substring(start, end).codePoints().forEach(c -> plain.append(asciiDigit(c)));
    return plain.toString();
  }

  private static char asciiDigit(int codePoint) {
    if (codePoint < 127) {
      return (char) codePoint;
    }
    int digit = Character.isDigit(codePoint) ? Character.digit(codePoint, 10) : -1;
    return digit < 0 ? '?' : (char) ('0' + digit);
  }

  /** What int() and float() strip: str.strip() also takes U+001C to U+001F, these do not. */
  private static boolean isNumberSpace(char c) {
    return PyText.isSpace(c) && (c < 0x1C || c > 0x1F);
  }

  private static boolean hasPrefix(String digits, int base) {
    if (digits.length() < 3 || digits.charAt(0) != '0') {
      return false;
    }
    char letter = digits.charAt(1);
    return switch (base) {
      case 2 -> letter == 'b' || letter == 'B';
      case 8 -> letter == 'o' || letter == 'O';
      case 16 -> letter == 'x' || letter == 'X';
      default -> false;
    };
  }

  private static boolean areDigits(String text, int base) {
    boolean digitBefore = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '_' ? !digitBefore : c > 127 || Character.digit(c, base) < 0) {
        return false;
      }
      digitBefore = c != '_';
    }
    return digitBefore;
  }

  private static boolean fitsDouble(long value) {
    return value >= -EXACT_IN_DOUBLE && value <= EXACT_IN_DOUBLE;
  }

  private static String shown(String text) {
    return PyText.slice(PyRepr.repr(text), 0, SHOWN_CHARACTERS);
  }
}
