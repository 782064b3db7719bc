package dev.crossfade.runtime.strangler;

import dev.crossfade.runtime.Log;
import dev.crossfade.runtime.Rpc;
import io.grpc.Metadata;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;

/** Asks the side that did not answer, off the request's path, and compares bytes. */
public final class Comparer {
  private final Evidence evidence;
  private final Replay replay;
  private final Question question;
  private final Set<String> also;
  private final Set<String> ignored;
  private final Budget budget;
  private final ThreadPoolExecutor pool;

  /** Compares by these settings; the evidence is told every result. */
  public Comparer(LegacyConfig config, Evidence evidence, Replay replay, Question question) {
    this.evidence = evidence;
    this.replay = replay;
    this.question = question;
    this.also = config.compareAlso();
    this.ignored = config.ignored();
    this.budget = new Budget(config.compareMemoryBytes(), config.compareMaxBytes());
    this.pool =
        new ThreadPoolExecutor(
            config.compareWorkers(),
            config.compareWorkers(),
            30,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(config.compareQueue()),
            Comparer::thread);
    pool.allowCoreThreadTimeOut(true);
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "comparer");
    thread.setDaemon(true);
    return thread;
  }

  /** A recording of this call, or null where it must not be made twice: then that is counted. */
  Recording record(Rpc rpc, Metadata headers) {
    evidence.entered(rpc.name());
    if (rpc.handler() == null) {
      evidence.shed(rpc.name(), Shed.NOT_PORTED);
    } else if (!rpc.isSafe() && !also.contains(rpc.name())) {
      evidence.shed(rpc.name(), Shed.POLICY);
    } else {
      return new Recording(headers, budget.share());
    }
    return null;
  }

  /** Takes a call that is over; never waits. */
  void compare(Rpc rpc, Recording recording, Side answered, Reply reply) {
    if (!(reply instanceof Reply.Answer answer)) {
      shed(rpc, recording, reply instanceof Reply.Skipped skipped ? skipped.reason() : "");
      return;
    }
    if (answered == Side.LEGACY && LegacyFailures.isFailure(answer.status())) {
      shed(rpc, recording, Shed.LEGACY_FAILED);
      return;
    }
    try {
      pool.execute(() -> run(rpc, recording, answered, answer));
    } catch (RejectedExecutionException e) {
      shed(rpc, recording, Shed.QUEUE_FULL);
    }
  }

  private void run(Rpc rpc, Recording recording, Side answered, Reply.Answer answer) {
    try {
      if (answered == Side.LEGACY) {
        settle(rpc, recording, answer, replay.run(rpc, recording));
      } else {
        Reply legacy = question.ask(rpc, recording);
        if (legacy instanceof Reply.Answer first) {
          settle(rpc, recording, first, answer);
        } else if (legacy instanceof Reply.Skipped skipped) {
          evidence.shed(rpc.name(), skipped.reason());
        }
      }
    } catch (RuntimeException e) {
      Log.event(Level.SEVERE, "compare.failed", e, "rpc", rpc.name());
      evidence.shed(rpc.name(), Shed.TRUNCATED);
    } finally {
      recording.release();
    }
  }

  private void settle(Rpc rpc, Recording recording, Reply.Answer legacy, Reply candidate) {
    if (candidate instanceof Reply.Skipped skipped) {
      evidence.shed(rpc.name(), skipped.reason());
    } else if (candidate instanceof Reply.Answer answer && legacy.same(answer, ignored)) {
      String hash = recording.hash(rpc.name());
      evidence.equal(rpc.name(), hash, legacy.latencyMs(), answer.latencyMs());
    } else {
      evidence.pair(rpc.name(), IngestLines.pair(rpc.name(), recording, legacy, candidate));
    }
  }

  private void shed(Rpc rpc, Recording recording, String reason) {
    evidence.shed(rpc.name(), reason);
    recording.release();
  }

  /** Takes nothing more and gives what runs a moment to end. */
  void close() throws InterruptedException {
    pool.shutdown();
    pool.awaitTermination(1, TimeUnit.SECONDS);
    pool.shutdownNow();
  }
}
