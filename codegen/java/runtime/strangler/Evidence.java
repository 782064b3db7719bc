package dev.crossfade.runtime.strangler;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The results of comparisons that are not sent yet; bounded.
 *
 * <p>Per RPC: entered = equal + unequal pairs + shed + those still being compared.
 */
public final class Evidence {
  private static final int MOST_PAIRS = 1024;
  private static final long MOST_CHARS = 32 << 20;

  private final BlockingQueue<String> pairs = new LinkedBlockingQueue<>(MOST_PAIRS);
  private final AtomicLong chars = new AtomicLong();
  private Map<String, RouteCounts> counts = new TreeMap<>();

  synchronized void entered(String route) {
    of(route).enter();
  }

  synchronized void shed(String route, String reason) {
    of(route).shed(reason);
  }

  synchronized void equal(String route, String hash, double legacyMs, double candidateMs) {
    of(route).equal(hash, legacyMs, candidateMs);
  }

  private RouteCounts of(String route) {
    return counts.computeIfAbsent(route, unused -> new RouteCounts());
  }

  /** Keeps an unequal pair for sending; if there are too many, counts it as shed. */
  void pair(String route, String line) {
    if (chars.addAndGet(line.length()) > MOST_CHARS || !pairs.offer(line)) {
      chars.addAndGet(-line.length());
      shed(route, Shed.QUEUE_FULL);
    }
  }

  /** The oldest pair; waits for one up to this long, then returns null. */
  String nextPair(long millis) throws InterruptedException {
    String line = pairs.poll(Math.max(0, millis), TimeUnit.MILLISECONDS);
    if (line != null) {
      chars.addAndGet(-line.length());
    }
    return line;
  }

  /** The counts since the last call, as lines. */
  List<String> takeCounts() {
    Map<String, RouteCounts> taken;
    synchronized (this) {
      taken = counts;
      counts = new TreeMap<>();
    }
    List<String> lines = new ArrayList<>();
    taken.forEach((route, counted) -> lines.add(IngestLines.counts(route, counted)));
    return lines;
  }
}
