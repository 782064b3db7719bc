package dev.crossfade.runtime;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Runs handlers: a limited number at once, a limited number waiting; the rest are rejected.
 *
 * <p>On JDK 21 and newer each call has a virtual thread and a semaphore is the limit; before that,
 * a thread pool.
 */
public final class Workers {
  private final ExecutorService threads;
  private final Semaphore atOnce;
  private final AtomicInteger inside = new AtomicInteger();
  private final int most;

  /** Limits for running handlers, and for calls that wait for one. */
  public Workers(String name, int atOnce, int waiting) {
    ExecutorService virtual = virtualThreads();
    this.threads = virtual == null ? pool(name, atOnce) : virtual;
    this.atOnce = new Semaphore(atOnce, true);
    this.most = (int) Math.min(Integer.MAX_VALUE, (long) atOnce + waiting);
  }

  /**
   * Runs a task when it is its turn. It counts until the stage that it returns completes; then the
   * next may run, and {@code after} is called with the failure, or null.
   *
   * @throws RejectedExecutionException if too many already wait
   */
  public void execute(
      Callable<? extends CompletionStage<?>> task, Consumer<? super Throwable> after) {
    if (inside.incrementAndGet() > most) {
      inside.decrementAndGet();
      throw new RejectedExecutionException("all handlers are busy");
    }
    try {
      threads.execute(() -> run(task, after));
    } catch (RejectedExecutionException e) {
      inside.decrementAndGet();
      throw e;
    }
  }

  private void run(Callable<? extends CompletionStage<?>> task, Consumer<? super Throwable> after) {
    atOnce.acquireUninterruptibly();
    CompletionStage<?> end;
    try {
      end = Objects.requireNonNull(task.call(), "expected a stage from the handler, got null");
    } catch (Throwable e) { // whatever a handler throws, the call must end
      over(e, after);
      return;
    }
    // stages wrap their failures; an exception thrown directly stays as it is
    end.whenComplete((nothing, failure) -> over(Stages.cause(failure), after));
  }

  private void over(Throwable thrown, Consumer<? super Throwable> after) {
    atOnce.release();
    inside.decrementAndGet();
    after.accept(thrown);
  }

  /** Accepts no more tasks; does not wait for running ones. */
  public void close() {
    threads.shutdown();
  }

  private static ExecutorService pool(String name, int size) {
    AtomicInteger number = new AtomicInteger();
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            size,
            size,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** Null before JDK 21; this class is compiled for 17, where the method does not exist. */
  private static ExecutorService virtualThreads() {
    MethodType type = MethodType.methodType(ExecutorService.class);
    try {
      MethodHandle found =
          MethodHandles.publicLookup()
              .findStatic(Executors.class, "newVirtualThreadPerTaskExecutor", type);
      return (ExecutorService) found.invokeExact();
    } catch (NoSuchMethodException e) {
      return null;
    } catch (Throwable e) {
      throw new IllegalStateException("virtual threads are not available", e);
    }
  }
}
