package dev.crossfade.runtime.strangler;

import dev.crossfade.runtime.Log;
import dev.crossfade.runtime.Rpc;
import java.util.Set;
import java.util.logging.Level;

/** What becomes of one recorded call: the first outcome counts, whatever comes after. */
final class Outcome {
  private final Rpc rpc;
  private final Recording recording;
  private final Evidence evidence;
  private final Set<String> ignored;
  private boolean known;

  Outcome(Rpc rpc, Recording recording, Evidence evidence, Set<String> ignored) {
    this.rpc = rpc;
    this.recording = recording;
    this.evidence = evidence;
    this.ignored = ignored;
  }

  /** It was not compared, for this reason. */
  synchronized void shed(String reason) {
    if (!known) {
      known = true;
      evidence.shed(rpc.name(), reason);
      recording.release();
    }
  }

  /** It was not compared, because of a fault in here. */
  void fail(RuntimeException fault) {
    Log.event(Level.SEVERE, "compare.failed", fault, "rpc", rpc.name());
    shed(Shed.TRUNCATED);
  }

  /** It was compared, if both sides have said something. */
  synchronized void settle(Reply legacy, Reply candidate) {
    if (known) {
      return;
    }
    if (candidate instanceof Reply.Skipped skipped) {
      shed(skipped.reason());
    } else if (legacy instanceof Reply.Answer answer) {
      known = true;
      tell(answer, candidate);
      recording.release();
    } else {
      shed(legacy instanceof Reply.Skipped skipped ? skipped.reason() : Shed.LEGACY_FAILED);
    }
  }

  private void tell(Reply.Answer legacy, Reply candidate) {
    try {
      if (candidate instanceof Reply.Answer answer && legacy.same(answer, ignored)) {
        String hash = recording.hash(rpc.name());
        evidence.equal(rpc.name(), hash, legacy.latencyMs(), answer.latencyMs());
      } else {
        evidence.pair(rpc.name(), IngestLines.pair(rpc.name(), recording, legacy, candidate));
      }
    } catch (RuntimeException e) {
      known = false;
      fail(e);
    }
  }
}
