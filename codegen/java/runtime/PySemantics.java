package dev.crossfade.runtime;

import java.math.BigInteger;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.Temporal;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Equivalents of Python's built-ins: the same results as CPython 3.11 where Java's own differ.
 *
 * <p>Python 3.12 and 3.13 agree except for {@link #sum} (see {@link #sumCompensated}), {@link
 * #urljoin} without a host, and ten ideographs of {@link #isnumeric}. Characters that are newer
 * than the Unicode of the JDK (13 in JDK 17, 15 in JDK 21) have no case and are no letters.
 *
 * <p>Where Python raises ValueError these throw IllegalArgumentException, for ZeroDivisionError and
 * OverflowError ArithmeticException, for IndexError IndexOutOfBoundsException.
 */
public final class PySemantics {
  /** How {@code sorted()} orders texts: by code point, where Java orders by UTF-16 unit. */
  public static final Comparator<String> CODE_POINT_ORDER = PyText::compare;

  private PySemantics() {}

  // Numbers as text

  /** {@code repr(x)} and {@code str(x)} of a float: {@code 1e+16}, {@code 1e-05}, {@code 0.1}. */
  public static String repr(double value) {
    return PyFloats.repr(value);
  }

  /** {@code repr(value)} of None, bool, int, float, Decimal, str, bytes, UUID, list, set, dict. */
  public static String repr(Object value) {
    return PyRepr.repr(value);
  }

  /** {@code str(x)} of a float. */
  public static String str(double value) {
    return PyFloats.repr(value);
  }

  /** {@code str(value)}: also of a datetime, a timedelta and an enum ({@code Colour.RED}). */
  public static String str(Object value) {
    return PyRepr.str(value);
  }

  /** {@code str((a, b))}: the text of a tuple, {@code (1,)} for one value. */
  public static String tuple(Object... values) {
    return PyRepr.tuple(Arrays.asList(values));
  }

  /** {@code f'{x:.2f}'} and {@code '%.2f' % x}: the exact binary value, rounded half to even. */
  public static String fixed(double value, int digits) {
    return PyFloats.fixed(value, digits);
  }

  /** {@code f'{x:,.2f}'}: as {@link #fixed}, with a comma at each thousand. */
  public static String grouped(double value, int digits) {
    return PyFloats.grouped(value, digits);
  }

  /** {@code f'{x:.1%}'}. */
  public static String percent(double value, int digits) {
    return PyFloats.percent(value, digits);
  }

  /** {@code '%.3g' % x}: no trailing zeros; {@code %g} alone has precision 6. */
  public static String general(double value, int precision) {
    return PyFloats.general(value, precision);
  }

  /** {@code '%.3e' % x}. */
  public static String exponential(double value, int digits) {
    return PyFloats.exponential(value, digits);
  }

  /** {@code hex(n)}, with the sign in front: {@code -0xff}. */
  public static String hex(long value) {
    return PyInts.inBase(BigInteger.valueOf(value), 16, "0x");
  }

  /** {@code hex(n)} beyond 64 bits. */
  public static String hex(BigInteger value) {
    return PyInts.inBase(value, 16, "0x");
  }

  /** {@code oct(n)}, with the sign in front: {@code -0o17}. */
  public static String oct(long value) {
    return PyInts.inBase(BigInteger.valueOf(value), 8, "0o");
  }

  /** {@code oct(n)} beyond 64 bits. */
  public static String oct(BigInteger value) {
    return PyInts.inBase(value, 8, "0o");
  }

  /** {@code bin(n)}, with the sign in front: {@code -0b11}. */
  public static String bin(long value) {
    return PyInts.inBase(BigInteger.valueOf(value), 2, "0b");
  }

  /** {@code bin(n)} beyond 64 bits. */
  public static String bin(BigInteger value) {
    return PyInts.inBase(value, 2, "0b");
  }

  // Arithmetic

  /** {@code a // b} of ints: rounds down; throws where the quotient needs more than 64 bits. */
  public static long floorDiv(long dividend, long divisor) {
    return PyInts.floorDiv(dividend, divisor);
  }

  /** {@code a // b} of ints beyond 64 bits. */
  public static BigInteger floorDiv(BigInteger dividend, BigInteger divisor) {
    return PyInts.floorDiv(dividend, divisor);
  }

  /** {@code a // b} of floats. */
  public static double floorDiv(double dividend, double divisor) {
    return PyFloats.floorDiv(dividend, divisor);
  }

  /** {@code a % b} of ints: has the sign of the divisor. */
  public static long mod(long dividend, long divisor) {
    return PyInts.mod(dividend, divisor);
  }

  /** {@code a % b} of ints beyond 64 bits. */
  public static BigInteger mod(BigInteger dividend, BigInteger divisor) {
    return PyInts.mod(dividend, divisor);
  }

  /** {@code a % b} of floats: has the sign of the divisor. */
  public static double mod(double dividend, double divisor) {
    return PyFloats.mod(dividend, divisor);
  }

  /** {@code divmod(a, b)} of ints: quotient and remainder. */
  public static long[] divmod(long dividend, long divisor) {
    return new long[] {floorDiv(dividend, divisor), mod(dividend, divisor)};
  }

  /** {@code divmod(a, b)} of floats: quotient and remainder. */
  public static double[] divmod(double dividend, double divisor) {
    return new double[] {floorDiv(dividend, divisor), mod(dividend, divisor)};
  }

  /** {@code a / b} of ints: a float, rounded once. */
  public static double trueDiv(long dividend, long divisor) {
    return PyInts.trueDiv(dividend, divisor);
  }

  /** {@code x ** y} of floats; throws where Python raises or the result is complex. */
  public static double pow(double base, double exponent) {
    return PyFloats.pow(base, exponent);
  }

  /** {@code round(x)}: half to even, of any size. */
  public static BigInteger round(double value) {
    return PyFloats.truncate(Math.rint(value));
  }

  /** {@code round(x, n)}: the exact binary value, rounded half to even. */
  public static double round(double value, int digits) {
    return PyFloats.round(value, digits);
  }

  /** {@code round(n, -2)} of an int: half to even. */
  public static BigInteger round(BigInteger value, int digits) {
    return PyInts.round(value, digits);
  }

  /** {@code int(x)} of a float: truncated towards zero, of any size. */
  public static BigInteger toInt(double value) {
    return PyFloats.truncate(value);
  }

  /** {@code math.floor(x)}, of any size. */
  public static BigInteger floor(double value) {
    return PyFloats.truncate(Math.floor(value));
  }

  /** {@code math.ceil(x)}, of any size and never -0.0. */
  public static BigInteger ceil(double value) {
    return PyFloats.truncate(Math.ceil(value));
  }

  /** {@code sum(xs)} up to Python 3.11. */
  public static double sum(double... values) {
    return PyFloats.sum(values);
  }

  /** {@code sum(xs)} from Python 3.12 on, which compensates for rounding. */
  public static double sumCompensated(double... values) {
    return PyFloats.sumCompensated(values);
  }

  /** {@code max(a, b)}: the first of equals, and NaN only where it comes first. */
  public static double max(double first, double... others) {
    return PyFloats.max(first, others);
  }

  /** {@code min(a, b)}: the first of equals, and NaN only where it comes first. */
  public static double min(double first, double... others) {
    return PyFloats.min(first, others);
  }

  /** {@code n == x} of an int and a float: exact beyond 2^53. */
  public static boolean equal(long integer, double number) {
    return PyInts.equal(integer, number);
  }

  /** {@code int(text)}: accepts white space, underscores and digits of other scripts. */
  public static BigInteger parseInt(String text) {
    return PyInts.parse(text, 10);
  }

  /** {@code int(text, base)} for a base of 2 to 36, with or without its prefix. */
  public static BigInteger parseInt(String text, int base) {
    return PyInts.parse(text, base);
  }

  /** {@code float(text)}: accepts nan, inf and underscores, not {@code 1d} or {@code 0x1p3}. */
  public static double parseFloat(String text) {
    return PyFloats.parse(text);
  }

  /** {@code bool(value)}: false for None, 0, an empty string or collection and a timedelta of 0. */
  public static boolean truthy(Object value) {
    return PyRepr.truthy(value);
  }

  // Text

  /** {@code len(text)}: code points. */
  public static int len(String text) {
    return PyText.len(text);
  }

  /** {@code text[i]}: a negative index counts from the end. */
  public static String at(String text, int index) {
    return PyText.at(text, index);
  }

  /** {@code items[i]}: a negative index counts from the end. */
  public static <T> T at(List<T> items, int index) {
    return PyText.at(items, index);
  }

  /** {@code text[from:]}. */
  public static String slice(String text, int from) {
    return PyText.slice(text, from, Integer.MAX_VALUE);
  }

  /** {@code text[from:to]}: clamped to the length, negative bounds count from the end. */
  public static String slice(String text, int from, int to) {
    return PyText.slice(text, from, to);
  }

  /** {@code text[from:to:step]}; null is an omitted bound. */
  public static String slice(String text, Integer from, Integer to, int step) {
    return PyText.slice(text, from, to, step);
  }

  /** {@code items[from:]}. */
  public static <T> List<T> slice(List<T> items, int from) {
    return PyText.slice(items, from, items.size());
  }

  /** {@code items[from:to]}: clamped to the length, negative bounds count from the end. */
  public static <T> List<T> slice(List<T> items, int from, int to) {
    return PyText.slice(items, from, to);
  }

  /** {@code items[from:to:step]}; null is an omitted bound. */
  public static <T> List<T> slice(List<T> items, Integer from, Integer to, int step) {
    return PyText.slice(items, from, to, step);
  }

  /** {@code text.find(part)}: in code points, -1 if not found. */
  public static int find(String text, String part) {
    return PyText.find(text, part);
  }

  /** {@code text.rfind(part)}: in code points, -1 if not found. */
  public static int rfind(String text, String part) {
    return PyText.rfind(text, part);
  }

  /** {@code text.strip()}: every Unicode space. */
  public static String strip(String text) {
    return PyText.rstrip(PyText.lstrip(text, null), null);
  }

  /** {@code text.strip(characters)}. */
  public static String strip(String text, String characters) {
    return PyText.rstrip(PyText.lstrip(text, characters), characters);
  }

  /** {@code text.lstrip()}: every Unicode space. */
  public static String lstrip(String text) {
    return PyText.lstrip(text, null);
  }

  /** {@code text.lstrip(characters)}. */
  public static String lstrip(String text, String characters) {
    return PyText.lstrip(text, characters);
  }

  /** {@code text.rstrip()}: every Unicode space. */
  public static String rstrip(String text) {
    return PyText.rstrip(text, null);
  }

  /** {@code text.rstrip(characters)}. */
  public static String rstrip(String text, String characters) {
    return PyText.rstrip(text, characters);
  }

  /** {@code text.split()}: at white space, without empty parts. */
  public static List<String> split(String text) {
    return PyText.split(text, -1);
  }

  /** {@code text.split(None, maxsplit)}. */
  public static List<String> split(String text, int maxsplit) {
    return PyText.split(text, maxsplit);
  }

  /** {@code text.split(separator)}: keeps empty parts. */
  public static List<String> split(String text, String separator) {
    return PyText.split(text, separator, -1);
  }

  /** {@code text.split(separator, maxsplit)}. */
  public static List<String> split(String text, String separator, int maxsplit) {
    return PyText.split(text, separator, maxsplit);
  }

  /** {@code text.rsplit(None, maxsplit)}. */
  public static List<String> rsplit(String text, int maxsplit) {
    return PyText.rsplit(text, maxsplit);
  }

  /** {@code text.rsplit(separator, maxsplit)}. */
  public static List<String> rsplit(String text, String separator, int maxsplit) {
    return PyText.rsplit(text, separator, maxsplit);
  }

  /** {@code text.splitlines()}. */
  public static List<String> splitlines(String text) {
    return PyText.splitlines(text, false);
  }

  /** {@code text.splitlines(keepends=True)}. */
  public static List<String> splitlinesKeepEnds(String text) {
    return PyText.splitlines(text, true);
  }

  /** {@code text.zfill(width)}: zeros after the sign. */
  public static String zfill(String text, int width) {
    return PyText.zfill(text, width);
  }

  /** {@code text.ljust(width, fill)}, the width in code points. */
  public static String ljust(String text, int width, String fill) {
    return PyText.pad(text, 0, width - PyText.len(text), fill);
  }

  /** {@code text.rjust(width, fill)}, the width in code points. */
  public static String rjust(String text, int width, String fill) {
    return PyText.pad(text, width - PyText.len(text), 0, fill);
  }

  /** {@code text.center(width, fill)}, the width in code points. */
  public static String center(String text, int width, String fill) {
    return PyText.center(text, width, fill);
  }

  /** {@code text.upper()}. */
  public static String upper(String text) {
    return PyCase.upper(text);
  }

  /** {@code text.lower()}. */
  public static String lower(String text) {
    return PyCase.lower(text);
  }

  /** {@code text.title()}. */
  public static String title(String text) {
    return PyCase.title(text);
  }

  /** {@code text.capitalize()}: the first character in title case, all others in lower case. */
  public static String capitalize(String text) {
    return PyCase.capitalize(text);
  }

  /** {@code text.casefold()}: for case-insensitive comparison. */
  public static String casefold(String text) {
    return PyCase.casefold(text);
  }

  /** {@code text.swapcase()}. */
  public static String swapcase(String text) {
    return PyCase.swapcase(text);
  }

  /** {@code text.isalpha()}: false for an empty string. */
  public static boolean isalpha(String text) {
    return PyCase.all(text, PyCase::isAlpha);
  }

  /** {@code text.isalnum()}: false for an empty string. */
  public static boolean isalnum(String text) {
    return PyCase.all(text, PyCase::isAlnum);
  }

  /** {@code text.isdecimal()}: the digits 0 to 9 of all scripts. */
  public static boolean isdecimal(String text) {
    return PyCase.all(text, PyCase::isDecimal);
  }

  /** {@code text.isdigit()}: superscripts and the like too. */
  public static boolean isdigit(String text) {
    return PyCase.all(text, PyCase::isDigit);
  }

  /** {@code text.isnumeric()}: fractions and ideographs of numbers too. */
  public static boolean isnumeric(String text) {
    return PyCase.all(text, PyCase::isNumeric);
  }

  /** {@code text.isspace()}: false for an empty string. */
  public static boolean isspace(String text) {
    return PyCase.all(text, PyText::isSpace);
  }

  /** {@code text.isupper()}: at least one capital, no small letter. */
  public static boolean isupper(String text) {
    return PyCase.isUpper(text);
  }

  /** {@code text.islower()}: at least one small letter, no capital. */
  public static boolean islower(String text) {
    return PyCase.isLower(text);
  }

  /** {@code html.escape(text)}. */
  public static String htmlEscape(String text) {
    return PyText.htmlEscape(text);
  }

  // Regular expressions

  /** {@code re.compile(regex)}: with Python's classes, line endings and group names. */
  public static Pattern pattern(String regex) {
    return PyPattern.compile(regex, 0);
  }

  /** {@code re.compile(regex, flags)}, the flags as {@link Pattern} names them. */
  public static Pattern pattern(String regex, int flags) {
    return PyPattern.compile(regex, flags);
  }

  /** {@code re.split}: captured separators and keeps empty parts. */
  public static List<String> reSplit(Pattern pattern, String text) {
    return PyRegex.split(pattern, text);
  }

  /** {@code re.findall} with at most one group; an empty string for a group that did not match. */
  public static List<String> reFindall(Pattern pattern, String text) {
    return PyRegex.findall(pattern, text);
  }

  /** {@code re.sub}, with {@code \1} and {@code \g<name>} in the replacement. */
  public static String reSub(Pattern pattern, String replacement, String text) {
    return PyRegex.sub(pattern, replacement, text);
  }

  // JSON

  /** {@code json.dumps(value)}: of null, bool, int, float, str, list and dict. */
  public static String jsonDumps(Object value) {
    return PyJson.DEFAULT.dumps(value);
  }

  /** {@code json.dumps(text)}: escapes everything that is not ASCII. */
  public static String jsonString(String text) {
    return PyJson.DEFAULT.dumps(text);
  }

  /** {@code json.dumps} with options: {@code json().sortKeys().indent(2).dumps(value)}. */
  public static PyJson json() {
    return PyJson.DEFAULT;
  }

  // Time

  /** {@code value.isoformat()}: of a datetime, date or time; {@code +00:00}, six digits or none. */
  public static String isoformat(Temporal value) {
    return PyTime.isoformat(value, "T");
  }

  /** {@code datetime.fromisoformat(text)} of Python 3.11: with the offset, or local without one. */
  public static Temporal fromisoformat(String text) {
    return PyIso.parse(text);
  }

  /** {@code value.strftime(format)} in the C locale; throws for an unknown directive. */
  public static String strftime(Temporal value, String format) {
    return PyTime.strftime(value, format);
  }

  /** {@code value.timestamp()} in seconds. */
  public static double timestamp(Instant instant) {
    return PyTime.timestamp(instant);
  }

  /** {@code datetime.fromtimestamp(seconds, timezone.utc)}. */
  public static Instant fromTimestamp(double seconds) {
    return PyTime.fromTimestamp(seconds);
  }

  /** {@code delta.total_seconds()}. */
  public static double totalSeconds(Duration delta) {
    return PyTime.totalSeconds(delta);
  }

  /** {@code delta.days}: rounds down. */
  public static long days(Duration delta) {
    return PyTime.days(delta);
  }

  /** {@code delta.seconds}: the part below one day. */
  public static int seconds(Duration delta) {
    return PyTime.seconds(delta);
  }

  /** {@code delta.microseconds}: the part below one second. */
  public static int microseconds(Duration delta) {
    return PyTime.microseconds(delta);
  }

  // Bytes

  /** {@code data.decode()}: throws for bytes that are not UTF-8. */
  public static String decodeUtf8(byte[] data) {
    return PyBytes.decode(data, StandardCharsets.UTF_8);
  }

  /** {@code data.decode(errors='replace')}: as many U+FFFD as Python writes. */
  public static String decodeUtf8Replace(byte[] data) {
    return PyBytes.decodeUtf8(data, "\uFFFD");
  }

  /** {@code data.decode(errors='ignore')}. */
  public static String decodeUtf8Ignore(byte[] data) {
    return PyBytes.decodeUtf8(data, "");
  }

  /** {@code text.encode()}: throws for a lone surrogate. */
  public static byte[] encodeUtf8(String text) {
    return PyBytes.encode(text, StandardCharsets.UTF_8);
  }

  /** {@code text.encode(charset)}: throws for a character that the charset lacks. */
  public static byte[] encode(String text, Charset charset) {
    return PyBytes.encode(text, charset);
  }

  /** {@code text.encode('utf-16')}: little-endian, with a byte order mark. */
  public static byte[] encodeUtf16(String text) {
    return PyBytes.encode("\uFEFF" + text, StandardCharsets.UTF_16LE);
  }

  /** {@code text.encode()[:n].decode(errors='ignore')}: no character is cut in half. */
  public static String truncateUtf8(String text, int mostBytes) {
    return PyBytes.truncateUtf8(text, mostBytes);
  }

  /** {@code int.from_bytes(data, 'big')}: never negative. */
  public static BigInteger intFromBytes(byte[] data) {
    return PyBytes.toInt(data, false, false);
  }

  /** {@code int.from_bytes(data, 'little' or 'big', signed=...)}. */
  public static BigInteger intFromBytes(byte[] data, ByteOrder order, boolean signed) {
    return PyBytes.toInt(data, order == ByteOrder.LITTLE_ENDIAN, signed);
  }

  /** {@code zlib.crc32(data)}: never negative. */
  public static long crc32(byte[] data) {
    return PyBytes.crc32(data);
  }

  /** {@code base64.encodebytes(data)}: lines of 76 characters. */
  public static String encodebytes(byte[] data) {
    return PyBytes.encodebytes(data);
  }

  /** {@code base64.b64decode(text)}: skips other characters and requires padding. */
  public static byte[] b64decode(String text) {
    return PyBytes.b64decode(text);
  }

  /** {@code base64.urlsafe_b64decode(text)}: skips other characters and requires padding. */
  public static byte[] urlsafeB64decode(String text) {
    return PyBytes.b64decode(text.replace('-', '+').replace('_', '/'));
  }

  /** {@code uuid.UUID(text)}: accepts hyphens anywhere, braces and {@code urn:uuid:}. */
  public static UUID uuid(String text) {
    return PyUuids.parse(text);
  }

  /** {@code uuid.uuid3(namespace, name)}. */
  public static UUID uuid3(UUID namespace, String name) {
    return PyUuids.uuid3(namespace, name);
  }

  /** {@code uuid.uuid5(namespace, name)}. */
  public static UUID uuid5(UUID namespace, String name) {
    return PyUuids.uuid5(namespace, name);
  }

  // URLs

  /** {@code quote(text)}: keeps {@code /}. */
  public static String quote(String text) {
    return PyUrls.quote(text, "/");
  }

  /** {@code quote(text, safe)}. */
  public static String quote(String text, String safe) {
    return PyUrls.quote(text, safe);
  }

  /** {@code quote_plus(text)}. */
  public static String quotePlus(String text) {
    return PyUrls.quotePlus(text, "");
  }

  /** {@code quote_plus(text, safe)}. */
  public static String quotePlus(String text, String safe) {
    return PyUrls.quotePlus(text, safe);
  }

  /** {@code unquote(text)}: leaves invalid percent-encoding and {@code +} unchanged. */
  public static String unquote(String text) {
    return PyUrls.unquote(text);
  }

  /** {@code unquote_plus(text)}. */
  public static String unquotePlus(String text) {
    return PyUrls.unquote(text.replace('+', ' '));
  }

  /** {@code urlencode(query)}: {@code str()} of each value. */
  public static String urlencode(Map<?, ?> query) {
    return PyUrls.urlencode(query, false);
  }

  /** {@code urlencode(query, doseq=True)}: one pair for each value of a list. */
  public static String urlencodeEach(Map<?, ?> query) {
    return PyUrls.urlencode(query, true);
  }

  /** {@code parse_qs(query)}: drops blank values. */
  public static Map<String, List<String>> parseQs(String query) {
    return PyUrls.parseQs(query, false);
  }

  /** {@code parse_qs(query, keep_blank_values=True)}. */
  public static Map<String, List<String>> parseQsKeepBlank(String query) {
    return PyUrls.parseQs(query, true);
  }

  /** {@code urljoin(base, url)} after RFC 3986. */
  public static String urljoin(String base, String url) {
    return PyJoin.urljoin(base, url);
  }
}
