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

/** Asks the side that did not answer, off the request's path, and compares bytes. */
public final class Comparer {
  private final Evidence evidence;
  private final Replay replay;
  private final Question question;
  private final Set<String> also;
  private final Set<String> ignored;
  private final Budget budget;
  private final CompareThreads threads;
  private final Set<Outcome> open = ConcurrentHashMap.newKeySet();

  /** Compares by these settings; the evidence is told every result. */
  public Comparer(LegacyConfig config, Evidence evidence, Replay replay, Question question) {
    this.evidence = evidence;
    this.replay = replay;
    this.question = question;
    this.also = config.compareAlso();
    this.ignored = config.ignored();
    this.budget = new Budget(config.compareMemoryBytes(), config.compareMaxBytes());
    this.threads = new CompareThreads(config.compareWorkers(), config.compareQueue());
  }

  /** A recording of this call, or null where it must not be made twice: then that is counted. */
  Recording record(Rpc rpc, Metadata headers, Peer peer) {
    evidence.entered(rpc.name());
    if (rpc.handler() == null) {
      evidence.shed(rpc.name(), Shed.NOT_PORTED);
    } else if (!rpc.isSafe() && !also.contains(rpc.name())) {
      evidence.shed(rpc.name(), Shed.POLICY);
    } else {
      try {
        return new Recording(headers, peer, budget.share());
      } catch (RuntimeException e) { // a call is worth more than its comparison
        Log.event(Level.SEVERE, "record.failed", e, "rpc", rpc.name());
        evidence.shed(rpc.name(), Shed.TRUNCATED);
      }
    }
    return null;
  }

  /** Takes a call that is over; never waits. */
  void compare(Rpc rpc, Recording recording, Side answered, Reply reply) {
    Outcome outcome = new Outcome(rpc, recording, evidence, ignored);
    if (reply instanceof Reply.Skipped skipped) {
      outcome.shed(skipped.reason());
    } else if (answered == Side.CANDIDATE) {
      run(outcome, () -> outcome.settle(question.ask(rpc, recording, reply), reply));
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
      recording.share().giveBack(); // what a handler said after its time
    }
  }

  /** Takes nothing more and gives what runs a moment to end. */
  void close() throws InterruptedException {
    threads.pool().shutdown();
    threads.pool().awaitTermination(1, TimeUnit.SECONDS);
    open.forEach(outcome -> outcome.shed(Shed.SHUTDOWN)); // what is interrupted is no answer
    threads.pool().shutdownNow();
  }
}
