// ci/builds/v1/builds.proto, service ci.builds.v1.BuildService
// Yours: crossfade made it once and never changes it.
package dev.crossfade.buildqueue.rpc.buildservice;

import dev.crossfade.buildqueue.BuildRecord;
import dev.crossfade.buildqueue.Calls;
import dev.crossfade.buildqueue.Failures;
import dev.crossfade.buildqueue.Store;
import dev.crossfade.buildqueue.Texts;
import dev.crossfade.buildqueue.gen.buildservice.SubmitBuild;
import dev.crossfade.buildqueue.v1.SubmitBuildRequest;
import dev.crossfade.buildqueue.v1.SubmitBuildResponse;
import dev.crossfade.runtime.CallContext;
import java.util.List;

/**
 * Puts a build into the queue.
 *
 * <p>In Python: rpc.py:97.
 *
 * <p>Statuses that it sets: INVALID_ARGUMENT.
 */
public final class SubmitBuildHandler implements SubmitBuild {
  private static final List<String> LABELS = List.of("arm64", "gpu", "nightly");

  private final Store store;

  public SubmitBuildHandler(Store store) {
    this.store = store;
  }

  @Override
  public SubmitBuildResponse handle(SubmitBuildRequest request, CallContext context) {
    Calls.greet(context);
    if (request.getBranch().isEmpty()) {
      throw Failures.badField("branch", "is required", "branch is required");
    }
    if (!LABELS.containsAll(request.getLabelsList())) {
      String description = "expected some of " + Texts.list(LABELS);
      throw Failures.badField("labels", description, "unknown label");
    }
    BuildRecord build =
        store.submit(
            request.getProject(),
            request.getBranch(),
            request.getLabelsList(),
            request.getEnvironmentMap());
    return SubmitBuildResponse.newBuilder()
        .setId(build.id())
        .setAcceptedAt(Texts.acceptedAt())
        .setPriority(request.hasPriority() ? request.getPriority() : 5)
        .build();
  }
}
