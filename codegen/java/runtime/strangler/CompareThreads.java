package dev.crossfade.runtime.strangler;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads of comparisons; no client ever waits for one.
 *
 * <p>A handler that runs past its timeout keeps its thread, and another thread replaces it. Only a
 * few may do so per RPC; beyond that the RPC is not replayed until one has ended.
 */
final class CompareThreads {
  private static final int MOST_LATE = 4;

  private final int size;
  private final ThreadPoolExecutor pool;
  private final Map<String, Integer> late = new HashMap<>();

  CompareThreads(int size, int waiting) {
    this.size = size;
    this.pool =
        new ThreadPoolExecutor(
            size,
            size,
            30,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(waiting),
            CompareThreads::thread);
    pool.allowCoreThreadTimeOut(true);
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "comparer");
    thread.setDaemon(true);
    return thread;
  }

  ThreadPoolExecutor pool() {
    return pool;
  }

  /** True while too many handlers of this RPC run past their timeout. */
  synchronized boolean isHeld(String rpc) {
    return late.getOrDefault(rpc, 0) >= MOST_LATE;
  }

  private synchronized void count(String rpc, int more) {
    late.merge(rpc, more, Integer::sum);
    int now = size + late.values().stream().mapToInt(Integer::intValue).sum();
    if (more > 0) {
      pool.setMaximumPoolSize(now);
      pool.setCorePoolSize(now);
    } else {
      pool.setCorePoolSize(now);
      pool.setMaximumPoolSize(now);
    }
  }

  /** One handler's use of a thread. */
  final class Use {
    private final String rpc;
    private boolean late;
    private boolean ended;

    Use(String rpc) {
      this.rpc = rpc;
    }

    /** Its timeout has passed. */
    synchronized void late() {
      if (!late && !ended) {
        late = true;
        count(rpc, 1);
      }
    }

    /** The thread is free again. */
    synchronized void end() {
      ended = true;
      if (late) {
        count(rpc, -1);
      }
    }
  }
}
