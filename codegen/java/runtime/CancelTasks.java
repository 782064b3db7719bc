package dev.crossfade.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;

/** Tasks to run, once each, when the client no longer waits for the answer. */
public final class CancelTasks {
  private final BooleanSupplier cancelled;
  private final List<Runnable> tasks = new ArrayList<>();
  private boolean over;

  /** Tasks of a call; {@code cancelled} returns whether it is cancelled. */
  public CancelTasks(BooleanSupplier cancelled) {
    this.cancelled = cancelled;
  }

  /** Adds a task, and runs it if the call is already cancelled. */
  public synchronized void add(Runnable task) {
    if (over) {
      return;
    }
    tasks.add(task);
    if (cancelled.getAsBoolean()) {
      run();
    }
  }

  /** Runs the tasks because the call is cancelled; never blocks. */
  public synchronized void run() {
    tasks.forEach(task -> CompletableFuture.runAsync(() -> guarded(task)));
    tasks.clear();
  }

  /** Drops the tasks because the handler has ended. */
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
