package dev.crossfade.runtime.strangler;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Counts of one RPC's calls since they were last sent; guarded by {@link Evidence}. */
final class RouteCounts {
  private static final int MOST_EQUALS = 20_000;

  private final List<String> hashes = new ArrayList<>();
  private final List<Double> legacyMs = new ArrayList<>();
  private final List<Double> candidateMs = new ArrayList<>();
  private final SortedMap<String, Long> shed = new TreeMap<>();
  private long entered;

  void enter() {
    entered++;
  }

  void shed(String reason) {
    shed.merge(reason, 1L, Long::sum);
  }

  void equal(String hash, double legacy, double candidate) {
    if (hashes.size() == MOST_EQUALS) { // they were not sent for a long time
      shed(Shed.QUEUE_FULL);
      return;
    }
    hashes.add(hash);
    legacyMs.add(IngestLines.milliseconds(legacy));
    candidateMs.add(IngestLines.milliseconds(candidate));
  }

  long entered() {
    return entered;
  }

  List<String> hashes() {
    return hashes;
  }

  List<Double> legacyMs() {
    return legacyMs;
  }

  List<Double> candidateMs() {
    return candidateMs;
  }

  SortedMap<String, Long> shed() {
    return shed;
  }
}
