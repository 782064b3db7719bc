package dev.crossfade.runtime;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Answers every function of the plan for every row of its columns; Python holds the answers. */
final class Fuzz {
  private static final char[] ROW_END = Character.toChars(0x10FFFF);
  private static final char[] ITEM_END = Character.toChars(0x10FFFE);
  private static final char[] NONE = Character.toChars(0x10FFFD);

  private final Map<String, Function> functions = new LinkedHashMap<>();
  private final Map<String, String[]> columns = new HashMap<>();
  private final Path folder;

  private enum Colour {
    RED,
    GREEN
  }

  private interface Function {
    Object of(Row row);
  }

  private Fuzz(Path folder) {
    this.folder = folder;
    numbers();
    texts();
    classes();
    json();
    times();
    bytes();
    urls();
    patterns();
  }

  /** Says the name of each function when its answers are written. */
  public static void main(String[] args) throws IOException {
    Fuzz fuzz = new Fuzz(Path.of(args[0]));
    for (String line : Files.readAllLines(fuzz.folder.resolve("plan"))) {
      String[] words = line.split(" ");
      fuzz.answer(words[0], List.of(words).subList(1, words.length));
      System.out.println(words[0]);
    }
  }

  private void numbers() {
    add("repr.double", r -> PySemantics.repr(r.number(0)));
    add("fixed", r -> PySemantics.fixed(r.number(0), r.small(1)));
    add("grouped", r -> PySemantics.grouped(r.number(0), r.small(1)));
    add("percent", r -> PySemantics.percent(r.number(0), r.small(1)));
    add("general", r -> PySemantics.general(r.number(0), r.small(1)));
    add("exponential", r -> PySemantics.exponential(r.number(0), r.small(1)));
    add("hex", r -> PySemantics.hex(r.big(0)));
    add("oct", r -> PySemantics.oct(r.big(0)));
    add("bin", r -> PySemantics.bin(r.big(0)));
    add("hex.long", r -> hexOctBin(r.whole(0)));
    add("floorDiv.long", r -> PySemantics.floorDiv(r.whole(0), r.whole(1)));
    add("floorDiv.big", r -> PySemantics.floorDiv(r.big(0), r.big(1)));
    add("floorDiv.double", r -> PySemantics.floorDiv(r.number(0), r.number(1)));
    add("mod.long", r -> PySemantics.mod(r.whole(0), r.whole(1)));
    add("mod.big", r -> PySemantics.mod(r.big(0), r.big(1)));
    add("mod.double", r -> PySemantics.mod(r.number(0), r.number(1)));
    add("divmod.long", r -> PySemantics.divmod(r.whole(0), r.whole(1)));
    add("divmod.double", r -> PySemantics.divmod(r.number(0), r.number(1)));
    add("trueDiv", r -> PySemantics.trueDiv(r.whole(0), r.whole(1)));
    add("pow", r -> PySemantics.pow(r.number(0), r.number(1)));
    add("round.int", r -> PySemantics.round(r.number(0)));
    add("round.double", r -> PySemantics.round(r.number(0), r.small(1)));
    add("round.big", r -> PySemantics.round(r.big(0), r.small(1)));
    add("toInt", r -> PySemantics.toInt(r.number(0)));
    add("floor", r -> PySemantics.floor(r.number(0)));
    add("ceil", r -> PySemantics.ceil(r.number(0)));
    add("sum", r -> PySemantics.sum(r.numbers(0)));
    add("sumCompensated", r -> PySemantics.sumCompensated(r.numbers(0)));
    add("max", r -> PySemantics.max(r.numbers(0)[0], rest(r.numbers(0))));
    add("min", r -> PySemantics.min(r.numbers(0)[0], rest(r.numbers(0))));
    add("equal", r -> PySemantics.equal(r.whole(0), r.number(1)));
    add("equal.near", r -> PySemantics.equal(r.whole(0), r.whole(0)));
    add("parseInt", r -> PySemantics.parseInt(r.text(0)));
    add("parseInt.base", r -> PySemantics.parseInt(r.text(0), r.small(1)));
    add("parseFloat", r -> PySemantics.parseFloat(r.text(0)));
    add("truthy", r -> PySemantics.truthy(r.value(0)));
  }

  private void texts() {
    add("order", r -> Integer.signum(order(r.text(0), r.text(1))));
    add("order.near", r -> Integer.signum(order(r.text(0) + r.text(1), r.text(0))));
    add("len", r -> PySemantics.len(r.text(0)));
    add("at", r -> PySemantics.at(r.text(0), r.small(1)));
    add("at.list", r -> PySemantics.at(r.characters(0), r.small(1)));
    add("slice.from", r -> PySemantics.slice(r.text(0), r.small(1)));
    add("slice", r -> PySemantics.slice(r.text(0), r.small(1), r.small(2)));
    add("slice.step", r -> PySemantics.slice(r.text(0), r.bound(1), r.bound(2), r.small(3)));
    add("slice.list", r -> PySemantics.slice(r.characters(0), r.small(1), r.small(2)));
    add("slice.list.from", r -> PySemantics.slice(r.characters(0), r.small(1)));
    add(
        "slice.list.step",
        r -> PySemantics.slice(r.characters(0), r.bound(1), r.bound(2), r.small(3)));
    add("find", r -> PySemantics.find(r.text(0), r.text(1)));
    add("rfind", r -> PySemantics.rfind(r.text(0), r.text(1)));
    add("strip", r -> PySemantics.strip(r.text(0)));
    add("lstrip", r -> PySemantics.lstrip(r.text(0)));
    add("rstrip", r -> PySemantics.rstrip(r.text(0)));
    add("strip.chars", r -> PySemantics.strip(r.text(0), r.text(1)));
    add("lstrip.chars", r -> PySemantics.lstrip(r.text(0), r.text(1)));
    add("rstrip.chars", r -> PySemantics.rstrip(r.text(0), r.text(1)));
    add("split", r -> PySemantics.split(r.text(0)));
    add("split.max", r -> PySemantics.split(r.text(0), r.small(1)));
    add("split.sep", r -> PySemantics.split(r.text(0), r.text(1)));
    add("split.sep.max", r -> PySemantics.split(r.text(0), r.text(1), r.small(2)));
    add("rsplit.max", r -> PySemantics.rsplit(r.text(0), r.small(1)));
    add("rsplit.sep.max", r -> PySemantics.rsplit(r.text(0), r.text(1), r.small(2)));
    add("splitlines", r -> PySemantics.splitlines(r.text(0)));
    add("splitlinesKeepEnds", r -> PySemantics.splitlinesKeepEnds(r.text(0)));
    add("zfill", r -> PySemantics.zfill(r.text(0), r.small(1)));
    add("ljust", r -> PySemantics.ljust(r.text(0), r.small(1), r.text(2)));
    add("rjust", r -> PySemantics.rjust(r.text(0), r.small(1), r.text(2)));
    add("center", r -> PySemantics.center(r.text(0), r.small(1), r.text(2)));
    add("htmlEscape", r -> PySemantics.htmlEscape(r.text(0)));
    add("repr.text", r -> PySemantics.repr(r.text(0)));
    add("repr.runs", r -> PySemantics.repr(r.text(0)));
    add("repr.value", r -> PySemantics.repr(r.value(0)));
    add("repr.query", r -> PySemantics.repr(r.value(0)));
    add("repr.bytes", r -> PySemantics.repr(r.bytes(0)));
    add("str.value", r -> PySemantics.str(r.value(0)));
    add("str.enum", r -> PySemantics.str(Colour.values()[r.small(0)]));
    add("str.decimal", r -> strAndRepr(new BigDecimal(r.text(0))));
    add("str.uuid", r -> strAndRepr(r.uuid(0)));
    add("tuple", r -> PySemantics.tuple(r.text(0), r.number(1)) + PySemantics.tuple(r.text(0)));
  }

  private void classes() {
    both("upper", PySemantics::upper);
    both("lower", PySemantics::lower);
    both("title", PySemantics::title);
    both("capitalize", PySemantics::capitalize);
    both("casefold", PySemantics::casefold);
    both("swapcase", PySemantics::swapcase);
    both("isupper", PySemantics::isupper);
    both("islower", PySemantics::islower);
    each("isalpha", PySemantics::isalpha);
    each("isalnum", PySemantics::isalnum);
    each("isdecimal", PySemantics::isdecimal);
    each("isdigit", PySemantics::isdigit);
    each("isnumeric", PySemantics::isnumeric);
    each("isspace", PySemantics::isspace);
    add("unassigned.runs", r -> perCharacter(r.text(0), Fuzz::isUnassigned));
    add("unassigned.unknown", r -> perCharacter(r.text(0), Fuzz::isUnassigned));
  }

  private void json() {
    add("jsonString", r -> PySemantics.jsonString(r.text(0)));
    add("jsonDumps", r -> PySemantics.jsonDumps(r.value(0)));
    add("jsonDumps.odd", r -> PySemantics.jsonDumps(r.value(0)));
    add("json.options", r -> writer(r.small(1)).dumps(r.value(0)));
  }

  private void times() {
    add("isoformat", r -> PySemantics.isoformat(r.local(0)));
    add("isoformat.offset", r -> PySemantics.isoformat(r.local(0).atOffset(r.offset(1))));
    add("isoformat.instant", r -> instant(r.local(0).toInstant(ZoneOffset.UTC)));
    add("isoformat.date", r -> PySemantics.isoformat(r.local(0).toLocalDate()));
    add("isoformat.time", r -> PySemantics.isoformat(r.local(0).toLocalTime()));
    add("str.datetime", r -> PySemantics.str(r.local(0)));
    add("str.datetime.offset", r -> PySemantics.str(r.local(0).atOffset(r.offset(1))));
    add("fromisoformat", r -> PySemantics.isoformat(PySemantics.fromisoformat(r.text(0))));
    add("strftime", r -> PySemantics.strftime(r.local(0), r.text(1)));
    add(
        "strftime.offset",
        r -> PySemantics.strftime(OffsetDateTime.of(r.local(0), r.offset(1)), r.text(2)));
    add("timestamp", r -> PySemantics.timestamp(r.local(0).toInstant(ZoneOffset.UTC)));
    add("fromTimestamp", r -> PySemantics.isoformat(PySemantics.fromTimestamp(r.number(0))));
    add("totalSeconds", r -> PySemantics.totalSeconds(r.delta(0)));
    add("str.delta", r -> PySemantics.str(r.delta(0)));
    add("delta.parts", r -> parts(r.delta(0)));
  }

  private void bytes() {
    add("decodeUtf8", r -> PySemantics.decodeUtf8(r.bytes(0)));
    add("decodeUtf8Replace", r -> PySemantics.decodeUtf8Replace(r.bytes(0)));
    add("decodeUtf8Ignore", r -> PySemantics.decodeUtf8Ignore(r.bytes(0)));
    add("encodeUtf8", r -> PySemantics.encodeUtf8(r.text(0)));
    add("encode.latin", r -> PySemantics.encode(r.text(0), StandardCharsets.ISO_8859_1));
    add("encodeUtf16", r -> PySemantics.encodeUtf16(r.text(0)));
    add("truncateUtf8", r -> PySemantics.truncateUtf8(r.text(0), Math.max(r.small(1), 0)));
    add("intFromBytes", r -> PySemantics.intFromBytes(r.bytes(0)));
    add(
        "intFromBytes.little",
        r -> PySemantics.intFromBytes(r.bytes(0), ByteOrder.LITTLE_ENDIAN, true));
    add("crc32", r -> PySemantics.crc32(r.bytes(0)));
    add("encodebytes", r -> PySemantics.encodebytes(r.bytes(0)));
    add("b64decode", r -> PySemantics.b64decode(r.text(0)));
    add("urlsafeB64decode", r -> PySemantics.urlsafeB64decode(r.text(0)));
    add("uuid", r -> PySemantics.uuid(r.text(0)).toString());
    add("uuid3", r -> PySemantics.uuid3(r.uuid(0), r.text(1)).toString());
    add("uuid5", r -> PySemantics.uuid5(r.uuid(0), r.text(1)).toString());
  }

  private void urls() {
    add("quote", r -> PySemantics.quote(r.text(0)));
    add("quote.safe", r -> PySemantics.quote(r.text(0), r.text(1)));
    add("quotePlus", r -> PySemantics.quotePlus(r.text(0)));
    add("quotePlus.safe", r -> PySemantics.quotePlus(r.text(0), r.text(1)));
    add("unquote", r -> PySemantics.unquote(r.text(0)));
    add("unquotePlus", r -> PySemantics.unquotePlus(r.text(0)));
    add("urlencode", r -> PySemantics.urlencode((Map<?, ?>) r.value(0)));
    add("urlencodeEach", r -> PySemantics.urlencodeEach((Map<?, ?>) r.value(0)));
    add("parseQs", r -> PySemantics.repr(PySemantics.parseQs(r.text(0))));
    add("parseQsKeepBlank", r -> PySemantics.repr(PySemantics.parseQsKeepBlank(r.text(0))));
    add("urljoin", r -> PySemantics.urljoin(r.text(0), r.text(1)));
  }

  private void patterns() {
    add("pattern", r -> matches(r.pattern(), r.text(2)));
    add("reSplit", r -> PySemantics.reSplit(r.pattern(), r.text(2)));
    add("reFindall", r -> PySemantics.reFindall(r.pattern(), r.text(2)));
    add("reSub", r -> PySemantics.reSub(r.wrapped(), r.text(2), r.text(3)));
  }

  private void add(String name, Function function) {
    functions.put(name, function);
  }

  private interface TextFunction {
    Object of(String text);
  }

  private void both(String name, TextFunction function) {
    add(name, r -> function.of(r.text(0)));
    add(name + ".runs", r -> function.of(r.text(0)));
  }

  private void each(String name, TextFunction function) {
    add(name, r -> function.of(r.text(0)));
    add(name + ".runs", r -> perCharacter(r.text(0), function));
  }

  private static String perCharacter(String text, TextFunction isMember) {
    return text.codePoints()
        .mapToObj(c -> isMember.of(Character.toString(c)).equals(true) ? "1" : "0")
        .collect(Collectors.joining());
  }

  private static boolean isUnassigned(String text) {
    return Character.getType(text.codePointAt(0)) == Character.UNASSIGNED;
  }

  private static int order(String left, String right) {
    return PySemantics.CODE_POINT_ORDER.compare(left, right);
  }

  private static String hexOctBin(long n) {
    return PySemantics.hex(n) + " " + PySemantics.oct(n) + " " + PySemantics.bin(n);
  }

  private static String strAndRepr(Object value) {
    return PySemantics.str(value) + " " + PySemantics.repr(value);
  }

  private static double[] rest(double[] numbers) {
    return Arrays.copyOfRange(numbers, 1, numbers.length);
  }

  private static PyJson writer(int options) {
    PyJson json = PySemantics.json();
    json = (options & 1) != 0 ? json.sortKeys() : json;
    json = (options & 2) != 0 ? json.keepUnicode() : json;
    return options >= 4 ? json.indent(1) : json;
  }

  private static String instant(Instant instant) {
    return PySemantics.isoformat(instant) + PySemantics.isoformat(instant.atZone(ZoneOffset.UTC));
  }

  private static List<Object> parts(Duration delta) {
    return List.of(
        PySemantics.days(delta), PySemantics.seconds(delta), PySemantics.microseconds(delta));
  }

  private static String matches(Pattern pattern, String subject) {
    Matcher matcher = pattern.matcher(subject);
    StringBuilder text = new StringBuilder();
    text.append(matcher.lookingAt()).append(' ').append(matcher.matches()).append(' ');
    matcher.reset();
    List<String> found = new ArrayList<>();
    while (matcher.find()) {
      found.add(matcher.start() + "-" + matcher.end());
    }
    return text.append(String.join(" ", found)).toString();
  }

  private void answer(String name, List<String> columnNames) throws IOException {
    String[][] inputs = new String[columnNames.size()][];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = column(columnNames.get(i));
    }
    Function function = functions.get(name);
    StringBuilder answers = new StringBuilder();
    for (int row = 0; row < inputs[0].length; row++) {
      try {
        append(answers, function.of(new Row(inputs, row)));
      } catch (ArithmeticException e) {
        answers.append("!A");
      } catch (IndexOutOfBoundsException e) {
        answers.append("!I");
      } catch (IllegalArgumentException e) {
        answers.append("!V");
        answers.append(name.startsWith("parse") ? e.getMessage() : "");
      } catch (RuntimeException e) {
        answers.append("!").append(e);
      }
      answers.append(ROW_END);
    }
    Files.write(folder.resolve(name + ".answers"), utf16(answers));
  }

  private static void append(StringBuilder answers, Object value) {
    if (value == null) {
      answers.append(NONE);
    } else if (value instanceof Double number) {
      long bits = Double.doubleToLongBits(number);
      answers.append(number.isNaN() ? "nan" : HexFormat.of().toHexDigits(bits));
    } else if (value instanceof byte[] bytes) {
      answers.append(new String(bytes, StandardCharsets.ISO_8859_1));
    } else if (value instanceof List<?> list) {
      list.forEach(
          item -> {
            append(answers, item);
            answers.append(ITEM_END);
          });
    } else if (value instanceof long[] longs) {
      append(answers, List.of(longs[0], longs[1]));
    } else if (value instanceof double[] doubles) {
      append(answers, List.of(doubles[0], doubles[1]));
    } else {
      answers.append(value);
    }
  }

  private static byte[] utf16(CharSequence text) {
    ByteBuffer bytes = ByteBuffer.allocate(text.length() * 2);
    bytes.asCharBuffer().append(text);
    return bytes.array();
  }

  private String[] column(String name) throws IOException {
    String[] known = columns.get(name);
    if (known == null) {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(folder.resolve(name + ".column")));
      known = bytes.asCharBuffer().toString().split(new String(ROW_END), -1);
      known = Arrays.copyOf(known, known.length - 1);
      columns.put(name, known);
    }
    return known;
  }
}
