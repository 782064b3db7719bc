package dev.crossfade.runtime.strangler;

import java.util.concurrent.atomic.AtomicLong;

/** Limits the bytes that all comparisons hold together, and that each one holds. */
final class Budget {
  private static final int OVERHEAD = 32; // the cost of an empty message

  private final AtomicLong left;
  private final int each;

  Budget(long all, int each) {
    this.left = new AtomicLong(all);
    this.each = each;
  }

  Share share() {
    return new Share();
  }

  /** What one comparison holds; given back when it is over. */
  final class Share {
    private long held;

    /** Takes bytes; returns null, or crossfade's reason why they are not available. */
    synchronized String take(int bytes) {
      long cost = (long) bytes + OVERHEAD;
      if (held + cost > each) {
        return Shed.TRUNCATED;
      }
      if (left.addAndGet(-cost) < 0) {
        left.addAndGet(cost);
        return Shed.QUEUE_FULL;
      }
      held += cost;
      return null;
    }

    synchronized void giveBack() {
      left.addAndGet(held);
      held = 0;
    }
  }
}
