package dev.crossfade.runtime.strangler;

import dev.crossfade.runtime.Log;
import dev.crossfade.runtime.Rpc;
import java.util.Set;
import java.util.logging.Level;

/** The outcome of one recorded call: only the first one counts. */
final class Outcome {
  private final Rpc rpc;
  private final Recording recording;
  private final Evidence evidence;
  private final Set<String> ignored;
  private boolean settled;

  Outcome(Rpc rpc, Recording recording, Evidence evidence, Set<String> ignored) {
    this.rpc = rpc;
    this.recording = recording;
    this.evidence = evidence;
    this.ignored = ignored;
  }

  /** Counts it as not compared, for this reason. */
  synchronized void shed(String reason) {
    if (!settled) {
      settled = true;
      evidence.shed(rpc.name(), reason);
      recording.release();
    }
  }

  /** Counts it as not compared, because of a fault in this code. */
  void fail(RuntimeException fault) {
    Log.event(Level.SEVERE, "compare.failed", fault, "rpc", rpc.name());
    shed(Shed.TRUNCATED);
  }

  /** Records the comparison, if both sides have a reply. */
  synchronized void settle(Reply legacy, Reply candidate) {
    if (settled) {
      return;
    }
    if (candidate instanceof Reply.Skipped skipped) {
      shed(skipped.reason());
    } else if (legacy instanceof Reply.Answer answer) {
      settled = true;
      report(answer, candidate);
      recording.release();
    } else {
      shed(legacy instanceof Reply.Skipped skipped ? skipped.reason() : Shed.LEGACY_FAILED);
    }
  }

  private void report(Reply.Answer legacy, Reply candidate) {
    try {
      if (candidate instanceof Reply.Answer answer && legacy.same(answer, ignored)) {
        String hash = recording.hash(rpc.name());
        evidence.equal(rpc.name(), hash, legacy.latencyMs(), answer.latencyMs());
      } else {
        evidence.pair(rpc.name(), IngestLines.pair(rpc.name(), recording, legacy, candidate));
      }
    } catch (RuntimeException e) {
      settled = false;
      fail(e);
    }
  }
}
