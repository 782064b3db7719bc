package dev.crossfade.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;

/** What is to be done when nobody waits for an answer any more; each task once. */
public final class CancelTasks {
  private final BooleanSupplier cancelled;
  private final List<Runnable> tasks = new ArrayList<>();
  private boolean over;

  /** Tasks of a call that tells whether it is cancelled. */
  public CancelTasks(BooleanSupplier cancelled) {
    this.cancelled = cancelled;
  }

  /** One more. */
  public synchronized void add(Runnable task) {
    if (over) {
      return;
    }
    tasks.add(task);
    if (cancelled.getAsBoolean()) {
      run();
    }
  }

  /** The call is cancelled; never waits. */
  public synchronized void run() {
    tasks.forEach(task -> CompletableFuture.runAsync(() -> guarded(task)));
    tasks.clear();
  }

  /** The handler has ended: there is nothing to stop any more. */
  public synchronized void end() {
    over = true;
    tasks.clear();
  }

  private static void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      Log.event(Level.WARNING, "cancel_task.failed", e);
    }
  }
}
