// ci/builds/v1/builds.proto, service ci.builds.v1.BuildService
// Yours: crossfade made it once and never changes it.
package dev.crossfade.buildqueue.rpc.buildservice;

import dev.crossfade.buildqueue.BuildRecord;
import dev.crossfade.buildqueue.Calls;
import dev.crossfade.buildqueue.Failures;
import dev.crossfade.buildqueue.Store;
import dev.crossfade.buildqueue.Texts;
import dev.crossfade.buildqueue.gen.buildservice.GetFlakiness;
import dev.crossfade.buildqueue.v1.Flakiness;
import dev.crossfade.buildqueue.v1.GetFlakinessRequest;
import dev.crossfade.runtime.CallContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How reliable a project's tests are.
 *
 * <p>Safe: in the modes COMPARE and PORTED_COMPARE it also runs for requests that the legacy
 * service answers.
 *
 * <p>In Python: rpc.py:72.
 *
 * <p>Statuses that it sets: NOT_FOUND.
 */
public final class GetFlakinessHandler implements GetFlakiness {
  private final Store store;

  public GetFlakinessHandler(Store store) {
    this.store = store;
  }

  @Override
  public Flakiness handle(GetFlakinessRequest request, CallContext context) {
    Calls.greet(context);
    int size = request.getWindow() == 0 ? 8 : request.getWindow();
    List<BuildRecord> window =
        store.ofProject(request.getProject(), "").stream()
            .filter(build -> build.status().equals("PASSED") || build.status().equals("FAILED"))
            .limit(size)
            .toList();
    if (window.isEmpty()) {
      throw Failures.noBuilds(request.getProject());
    }
    long retries = window.stream().mapToLong(BuildRecord::retries).sum();
    double mean =
        (double) window.stream().mapToLong(BuildRecord::durationS).sum() / window.size();
    double squares = 0;
    Map<String, Integer> failures = new LinkedHashMap<>();
    for (BuildRecord build : window) {
      squares += (build.durationS() - mean) * (build.durationS() - mean);
      if (build.status().equals("FAILED")) {
        failures.merge(build.branch(), 1, Integer::sum);
      }
    }
    return Flakiness.newBuilder()
        .setProject(request.getProject())
        .setBuilds(window.size())
        .setFlakyRate(Texts.rate(retries, window.size()))
        .setMeanDurationS(mean)
        .setDeviationS(Math.sqrt(squares / window.size()))
        .putAllFailuresByBranch(failures)
        .build();
  }
}
