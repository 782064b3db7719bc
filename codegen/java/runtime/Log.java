package dev.crossfade.runtime;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Logs JSON, one object per line on standard output; event names are noun.verb.
 *
 * <p>Handlers log with SLF4J, which is bound to java.util.logging, as is gRPC itself. A line that
 * is logged during a call has the ids of its trace, if there is one.
 */
public final class Log {
  private static final Logger LOGGER = Logger.getLogger("dev.crossfade");
  private static final Handler STDOUT = new Stdout();
  private static volatile boolean direct;
  private static volatile boolean json = true;

  private Log() {}

  /** Makes java.util.logging write JSON lines from the configured level on, unless disabled. */
  static void install(Config config) {
    Logger root = Logger.getLogger("");
    root.setLevel(config.logLevel());
    json = config.logJson();
    if (!json) {
      return;
    }
    for (Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
    root.addHandler(STDOUT);
  }

  /** Bypasses java.util.logging, whose handlers the JVM may close while this process shuts down. */
  static void direct() {
    direct = true;
  }

  /** Logs an event with fields given as name, value, name, value. */
  public static void event(Level level, String event, Object... fields) {
    event(level, event, null, fields);
  }

  /** Logs an event with an exception. */
  public static void event(Level level, String event, Throwable thrown, Object... fields) {
    if (!LOGGER.isLoggable(level)) {
      return;
    }
    LogRecord record = new LogRecord(level, event);
    record.setLoggerName(LOGGER.getName());
    record.setThrown(thrown);
    record.setParameters(new Object[] {new Fields(fields)});
    if (direct && json) {
      STDOUT.publish(record);
    } else {
      LOGGER.log(record);
    }
  }

  private record Fields(Object... values) {}

  private static final class Stdout extends Handler {
    Stdout() {
      setFormatter(new Lines());
    }

    @Override
    public void publish(LogRecord record) {
      System.out.println(getFormatter().format(record));
    }

    @Override
    public void flush() {
      System.out.flush();
    }

    @Override
    public void close() {}
  }

  private static final class Lines extends Formatter {
    @Override
    public String format(LogRecord record) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("time", Instant.ofEpochMilli(record.getMillis()).toString());
      line.put("level", record.getLevel().getName());
      line.put("logger", record.getLoggerName());
      Object[] parameters = record.getParameters();
      if (parameters != null && parameters.length == 1 && parameters[0] instanceof Fields fields) {
        line.put("event", record.getMessage());
        for (int i = 0; i + 1 < fields.values.length; i += 2) {
          line.put(String.valueOf(fields.values[i]), fields.values[i + 1]);
        }
      } else {
        line.put("message", formatMessage(record));
      }
      SpanContext span = Span.current().getSpanContext();
      if (span.isValid()) {
        line.put("trace_id", span.getTraceId());
        line.put("span_id", span.getSpanId());
      }
      if (record.getThrown() != null) {
        StringWriter trace = new StringWriter();
        record.getThrown().printStackTrace(new PrintWriter(trace));
        line.put("exception", trace.toString());
      }
      return Json.write(line);
    }
  }
}
