package dev.crossfade.runtime.strangler;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Whether a controller still renews the modes: it writes the time, as seconds since 1970, into a
 * file beside the modes file.
 *
 * <p>What counts is that the file changes; its time is compared with this machine's clock only when
 * it is first seen, so that a service that starts does not take an old lease for a new one.
 */
final class Lease {
  private final Path file;
  private String seen;
  private volatile long renewed;
  private volatile boolean known;

  Lease(Path file) {
    this.file = file;
  }

  /** The lease file of a modes file. */
  static Path beside(Path modes) {
    return modes.resolveSibling(modes.getFileName() + ".lease");
  }

  /** Takes note of a renewal. A file that is missing or has no time renews nothing. */
  synchronized void poll() throws IOException {
    String text;
    try {
      text = Files.readString(file).strip();
    } catch (NoSuchFileException e) {
      return;
    }
    if (text.equals(seen) || !text.matches("\\d{1,12}(\\.\\d{1,9})?")) {
      return;
    }
    double age = System.currentTimeMillis() / 1e3 - Double.parseDouble(text);
    long old = seen == null ? Math.round(Math.max(0, age) * 1e9) : 0;
    seen = text;
    renewed = System.nanoTime() - old;
    known = true;
  }

  /** How long it holds still; zero if it has ended. */
  Duration remaining(Duration length) {
    long nanos = known ? length.toNanos() - (System.nanoTime() - renewed) : 0;
    return Duration.ofNanos(Math.max(0, nanos));
  }

  /** Whether it was renewed within this time. */
  boolean isHeld(Duration length) {
    return !remaining(length).isZero();
  }
}
