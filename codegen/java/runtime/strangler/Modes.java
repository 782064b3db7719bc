package dev.crossfade.runtime.strangler;

import dev.crossfade.runtime.Log;
import dev.crossfade.runtime.Watched;
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
 * The modes that hold now, from a file that is looked at again and again.
 *
 * <p>A file with a wrong line changes nothing: the last good modes hold on, and at the start that
 * is LEGACY.
 */
public final class Modes {
  private final Path file;
  private final Watched watched;
  private final Set<String> known;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private String trouble;
  private volatile ModeTable table = ModeTable.ALL_LEGACY;

  /** Reads the file; null stands for every RPC in LEGACY. {@code known} are the RPCs there are. */
  public Modes(Path file, Set<String> known) {
    this.file = file;
    this.watched = file == null ? null : new Watched(file);
    this.known = known;
    look();
  }

  /** Looks at the file again at this interval. */
  public void watch(Duration every, ScheduledExecutorService timer) {
    if (file != null) {
      long nanos = every.toNanos();
      timer.scheduleWithFixedDelay(this::look, nanos, nanos, TimeUnit.NANOSECONDS);
    }
  }

  /** The mode of an RPC at this moment. */
  public Mode of(String rpc) {
    return table.of(rpc);
  }

  /** Something to do after each change. */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  /** Takes the file's content if it is new and good. */
  synchronized void look() {
    if (file == null) {
      return;
    }
    try {
      byte[] content = watched.look();
      trouble = null;
      if (content != null) {
        take(ModeTable.parse(text(content)));
      }
    } catch (IllegalArgumentException e) {
      keep(e.getMessage());
    } catch (IOException e) {
      keep(e.toString());
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

  private void take(ModeTable next) {
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

  /** Said once for each trouble, not at every look. */
  private void keep(String what) {
    if (!what.equals(trouble)) {
      trouble = what;
      Log.event(Level.SEVERE, "modes.kept", "file", file, "because", what);
    }
  }
}
