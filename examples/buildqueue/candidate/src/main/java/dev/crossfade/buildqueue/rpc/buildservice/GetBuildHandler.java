// ci/builds/v1/builds.proto, service ci.builds.v1.BuildService
// Yours: crossfade made it once and never changes it.
package dev.crossfade.buildqueue.rpc.buildservice;

import dev.crossfade.buildqueue.Calls;
import dev.crossfade.buildqueue.Failures;
import dev.crossfade.buildqueue.Messages;
import dev.crossfade.buildqueue.Store;
import dev.crossfade.buildqueue.gen.buildservice.GetBuild;
import dev.crossfade.buildqueue.v1.Build;
import dev.crossfade.buildqueue.v1.GetBuildRequest;
import dev.crossfade.runtime.CallContext;

/**
 * One build by id. NOT_FOUND with a ResourceInfo when there is none.
 *
 * <p>Safe: in the modes COMPARE and PORTED_COMPARE it also runs for requests that the legacy
 * service answers.
 *
 * <p>In Python: rpc.py:31.
 *
 * <p>Statuses that it sets: NOT_FOUND.
 */
public final class GetBuildHandler implements GetBuild {
  private final Store store;

  public GetBuildHandler(Store store) {
    this.store = store;
  }

  @Override
  public Build handle(GetBuildRequest request, CallContext context) {
    Calls.greet(context);
    return store
        .get(request.getId())
        .map(Messages::message)
        .orElseThrow(() -> Failures.noSuchBuild(request.getId()));
  }
}
