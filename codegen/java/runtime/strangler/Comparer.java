package dev.crossfade.runtime.strangler;

import dev.crossfade.runtime.Log;
import dev.crossfade.runtime.Peer;
import dev.crossfade.runtime.Rpc;
import io.grpc.Metadata;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;

/** Calls the side that did not answer, off the request's path, and compares bytes. */
public final class Comparer {
  private final Evidence evidence;
  private final Replay replay;
  private final LegacyCaller legacyCaller;
  private final Set<String> also;
  private final Set<String> ignored;
  private final Budget budget;
  private final CompareThreads threads;
  private final Set<Outcome> open = ConcurrentHashMap.newKeySet();

  /** Compares by these settings; adds every result to the evidence. */
  public Comparer(
      LegacyConfig config, Evidence evidence, Replay replay, LegacyCaller legacyCaller) {
    this.evidence = evidence;
    this.replay = replay;
    this.legacyCaller = legacyCaller;
    this.also = config.compareAlso();
    this.ignored = config.ignored();
    this.budget = new Budget(config.compareMemoryBytes(), config.compareMaxBytes());
    this.threads = new CompareThreads(config.compareWorkers(), config.compareQueue());
  }

  /** A recording of this call, or null if it must not be made twice, which is counted. */
  Recording record(Rpc rpc, Metadata headers, Peer peer) {
    evidence.entered(rpc.name());
    if (rpc.handler() == null) {
      evidence.shed(rpc.name(), Shed.NOT_PORTED);
    } else if (!rpc.isSafe() && !also.contains(rpc.name())) {
      evidence.shed(rpc.name(), Shed.POLICY);
    } else {
      try {
        return new Recording(headers, peer, budget.share());
      } catch (RuntimeException e) { // a comparison must never break a call
        Log.event(Level.SEVERE, "record.failed", e, "rpc", rpc.name());
        evidence.shed(rpc.name(), Shed.TRUNCATED);
      }
    }
    return null;
  }

  /** Compares a call that has ended; never blocks. */
  void compare(Rpc rpc, Recording recording, Side answered, Reply reply) {
    Outcome outcome = new Outcome(rpc, recording, evidence, ignored);
    if (reply instanceof Reply.Skipped skipped) {
      outcome.shed(skipped.reason());
    } else if (answered == Side.CANDIDATE) {
      run(outcome, () -> outcome.settle(legacyCaller.call(rpc, recording, reply), reply));
    } else if (!(reply instanceof Reply.Answer answer)) {
      outcome.shed(Shed.CLIENT_CANCELLED);
    } else if (LegacyFailures.isFailure(answer.status())) {
      outcome.shed(Shed.LEGACY_FAILED);
    } else {
      run(outcome, () -> replay(rpc, recording, outcome, answer));
    }
  }

  private void run(Outcome outcome, Runnable comparison) {
    open.add(outcome);
    try {
      threads
          .pool()
          .execute(
              () -> {
                try {
                  comparison.run();
                } catch (RuntimeException e) {
                  outcome.fail(e);
                } finally {
                  open.remove(outcome);
                }
              });
    } catch (RejectedExecutionException e) {
      open.remove(outcome);
      outcome.shed(Shed.QUEUE_FULL);
    }
  }

  private void replay(Rpc rpc, Recording recording, Outcome outcome, Reply.Answer legacy) {
    if (threads.isHeld(rpc.name())) {
      outcome.shed(Shed.QUEUE_FULL);
      return;
    }
    CompareThreads.Use use = threads.new Use(rpc.name());
    try {
      Reply candidate =
          replay.run(
              rpc,
              recording,
              late -> {
                use.late();
                outcome.settle(legacy, late);
              });
      outcome.settle(legacy, candidate);
    } finally {
      use.end();
      recording.share().giveBack(); // what a handler sent after its timeout
    }
  }

  /** Accepts no more calls and gives running comparisons a moment to end. */
  void close() throws InterruptedException {
    threads.pool().shutdown();
    threads.pool().awaitTermination(1, TimeUnit.SECONDS);
    open.forEach(outcome -> outcome.shed(Shed.SHUTDOWN)); // an interrupted handler has no answer
    threads.pool().shutdownNow();
  }
}
