package dev.crossfade.runtime.strangler;

import io.grpc.Status;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;

/** What clients were served of one RPC, by side, since the start. */
final class ServedTally {
  /** Upper bounds of the latency buckets, in seconds; one more bucket holds what is longer. */
  private static final double[] BOUNDS_S = { // crossfade's own, which reads them
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0
  };

  private static final int MOST_CLIENTS = 20_000;
  private static final Set<Status.Code> ERRORS = // those that are a server's fault
      Set.of(
          Status.Code.UNKNOWN,
          Status.Code.DEADLINE_EXCEEDED,
          Status.Code.UNIMPLEMENTED,
          Status.Code.INTERNAL,
          Status.Code.UNAVAILABLE,
          Status.Code.DATA_LOSS);

  private final boolean unary;
  private final Map<Side, Counts> sides =
      Map.of(Side.LEGACY, new Counts(), Side.CANDIDATE, new Counts());
  private Mode under = Mode.LEGACY;

  ServedTally(boolean unary) {
    this.unary = unary;
  }

  /** Notes the client of a call; they are counted anew when the mode changes. */
  synchronized void entered(Mode mode, Assignment.Choice choice) {
    if (!mode.equals(under)) {
      under = mode;
      sides.values().forEach(counts -> counts.clients.clear());
    }
    Set<Double> clients = sides.get(choice.side()).clients;
    if (choice.place() != null && clients.size() < MOST_CLIENTS) {
      clients.add(choice.place());
    }
  }

  /** Counts a call that has ended. */
  synchronized void ended(Side side, boolean forced, Status status, long nanos) {
    Counts counts = sides.get(side);
    if (forced) {
      counts.forced++;
      return;
    }
    counts.requests++;
    counts.errors += ERRORS.contains(status.getCode()) ? 1 : 0;
    if (unary) {
      int at = Arrays.binarySearch(BOUNDS_S, nanos / 1e9);
      counts.latency[at < 0 ? -at - 1 : at]++;
    }
  }

  /** As crossfade reads it. */
  synchronized Map<String, Object> shown(String rpc) {
    Map<String, Object> all = new TreeMap<>();
    all.put("route", rpc);
    sides.forEach((side, counts) -> all.put(side.word(), counts.shown()));
    all.put("expected_pct", under.kind() == Mode.Kind.CANARY ? under.sharePct() : 0);
    return all;
  }

  private static final class Counts {
    private final long[] latency = new long[BOUNDS_S.length + 1];
    private final Set<Double> clients = new HashSet<>();
    private long requests;
    private long errors;
    private long forced;

    Map<String, Object> shown() {
      List<Long> buckets = LongStream.of(latency).boxed().toList();
      return Map.of(
          "requests", requests,
          "errors", errors,
          "latency", buckets,
          "clients", clients.size(),
          "forced", forced);
    }
  }
}
