package dev.crossfade.runtime.strangler;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes all comparisons hold together, and how many one may hold. */
final class Budget {
  private static final int OVERHEAD = 32; // what a message costs that has no bytes

  private final AtomicLong left;
  private final int each;

  Budget(long all, int each) {
    this.left = new AtomicLong(all);
    this.each = each;
  }

  Share share() {
    return new Share();
  }

  /** What one comparison holds; given back at once when it is over. */
  final class Share {
    private long held;

    /** Takes bytes; else says why not, in the words of crossfade's reasons. */
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
