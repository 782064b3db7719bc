package dev.crossfade.runtime.strangler;

import dev.crossfade.runtime.Log;
import dev.crossfade.runtime.WatchedFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;

/**
 * The current modes, from a file that is polled for changes.
 *
 * <p>A file with a wrong line changes nothing: the last good modes stay in effect; at the start,
 * that is LEGACY.
 */
public final class Modes {
  private final Path file;
  private final WatchedFiles watched;
  private final Set<String> known;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private String problem;
  private volatile ModeTable table = ModeTable.ALL_LEGACY;

  /** Reads the file; null means every RPC in LEGACY. {@code known} are all RPCs. */
  public Modes(Path file, Set<String> known) {
    this.file = file;
    this.watched = file == null ? null : new WatchedFiles(file);
    this.known = known;
    poll();
  }

  /** Polls the file at this interval. */
  public void watch(Duration interval, ScheduledExecutorService timer) {
    if (file != null) {
      long nanos = interval.toNanos();
      timer.scheduleWithFixedDelay(this::poll, nanos, nanos, TimeUnit.NANOSECONDS);
    }
  }

  /** The current mode of an RPC. */
  public Mode of(String rpc) {
    return table.of(rpc);
  }

  /** Adds a listener to run after each change. */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  /** Applies the file's content if it is new and valid. */
  synchronized void poll() {
    if (file == null) {
      return;
    }
    try {
      byte[] content = watched.poll();
      problem = null;
      if (content != null) {
        apply(ModeTable.parse(text(content)));
      }
    } catch (IllegalArgumentException e) {
      reject(e.getMessage());
    } catch (IOException e) {
      reject(e.toString());
    } catch (RuntimeException e) { // a timer whose task throws stops for good
      Log.event(Level.SEVERE, "modes.failed", e);
    }
  }

  private static String text(byte[] content) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("expected UTF-8 text", e);
    }
  }

  private void apply(ModeTable next) {
    for (String rpc : next.byRpc().keySet()) {
      if (!known.contains(rpc)) {
        Log.event(Level.WARNING, "modes.unknown_rpc", "file", file, "rpc", rpc);
      }
    }
    table = next;
    Map<String, String> all = new TreeMap<>();
    known.forEach(rpc -> all.put(rpc, next.of(rpc).toString()));
    Log.event(Level.INFO, "modes.changed", "file", file, "modes", all);
    listeners.forEach(Runnable::run);
  }

  /** Logs each problem once, not at every poll. */
  private void reject(String why) {
    if (!why.equals(problem)) {
      problem = why;
      Log.event(Level.SEVERE, "modes.kept", "file", file, "because", why);
    }
  }
}
