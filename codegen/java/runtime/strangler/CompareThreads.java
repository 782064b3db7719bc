package dev.crossfade.runtime.strangler;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Where comparisons run; no thread is ever waited for.
 *
 * <p>A handler that goes on after its time keeps its thread, which another replaces. So many may do
 * so per RPC; then the RPC is not replayed until one has ended.
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

  /** True while too many handlers of this RPC go on after their time. */
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

  /** The use of one thread by one handler. */
  final class Use {
    private final String rpc;
    private boolean late;
    private boolean ended;

    Use(String rpc) {
      this.rpc = rpc;
    }

    /** Its time is over. */
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
