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
  private final Lease lease;
  private final Set<String> known;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private String problem;
  private boolean fellBack;
  private volatile ModeTable table = ModeTable.ALL_LEGACY;

  /** Reads the file; null means every RPC in LEGACY. {@code known} are all RPCs. */
  public Modes(Path file, Set<String> known) {
    this.file = file;
    this.watched = file == null ? null : new WatchedFiles(file);
    this.lease = file == null ? null : new Lease(Lease.beside(file));
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

  /** The current mode of an RPC; a leased one is COMPARE once its lease has ended. */
  public Mode of(String rpc) {
    ModeTable now = table;
    Mode mode = now.of(rpc);
    return mode.leased() && !lease.isHeld(now.shift().lease()) ? Mode.COMPARE : mode;
  }

  /** Which clients are a canary's. */
  Assignment assignment() {
    return table.shift().assignment();
  }

  /** What holds now, for who wrote the file: the mode of every RPC, and the lease. */
  Map<String, Object> shown() {
    Shift shift = table.shift();
    Map<String, Object> modes = new TreeMap<>();
    known.forEach(rpc -> modes.put(rpc, of(rpc).toString()));
    Map<String, Object> all = new TreeMap<>();
    all.put("generation", shift.generation());
    all.put("lease_s", shift.lease() == null ? null : shift.lease().toMillis() / 1e3);
    all.put("lease_held", shift.lease() != null && lease.isHeld(shift.lease()));
    all.put("modes", modes);
    return all;
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
      lease.poll();
      byte[] content = watched.poll();
      problem = null;
      if (content != null) {
        apply(ModeTable.parse(text(content)));
      }
      tellLease();
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

  /** Logs that leased modes fell back to legacy, or hold again. */
  private void tellLease() {
    ModeTable now = table;
    boolean leased = known.stream().anyMatch(rpc -> now.of(rpc).leased());
    boolean ended = leased && !lease.isHeld(now.shift().lease());
    if (ended != fellBack) {
      fellBack = ended;
      Level level = ended ? Level.SEVERE : Level.INFO;
      Log.event(level, ended ? "modes.lease_ended" : "modes.lease_renewed", "file", file);
    }
  }

  /** Logs each problem once, not at every poll. */
  private void reject(String why) {
    if (!why.equals(problem)) {
      problem = why;
      Log.event(Level.SEVERE, "modes.kept", "file", file, "because", why);
    }
  }
}
