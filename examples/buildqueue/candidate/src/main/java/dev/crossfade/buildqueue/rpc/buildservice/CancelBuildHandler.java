// ci/builds/v1/builds.proto, service ci.builds.v1.BuildService
// Yours: crossfade made it once and never changes it.
package dev.crossfade.buildqueue.rpc.buildservice;

import dev.crossfade.buildqueue.Bug;
import dev.crossfade.buildqueue.BuildRecord;
import dev.crossfade.buildqueue.Calls;
import dev.crossfade.buildqueue.Failures;
import dev.crossfade.buildqueue.Messages;
import dev.crossfade.buildqueue.Store;
import dev.crossfade.buildqueue.gen.buildservice.CancelBuild;
import dev.crossfade.buildqueue.v1.Build;
import dev.crossfade.buildqueue.v1.CancelBuildRequest;
import dev.crossfade.runtime.CallContext;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Cancels a queued or running build; FAILED_PRECONDITION when it has finished.
 *
 * <p>In Python: rpc.py:108.
 *
 * <p>Statuses that it sets: NOT_FOUND, FAILED_PRECONDITION.
 */
public final class CancelBuildHandler implements CancelBuild {
  private static final Set<String> FINISHED = Set.of("PASSED", "FAILED", "CANCELLED");

  private final Store store;

  public CancelBuildHandler(Store store) {
    this.store = store;
  }

  @Override
  public Build handle(CancelBuildRequest request, CallContext context) {
    Calls.greet(context);
    if (!Bug.CANCEL_REFUSAL.isFixed()) {
      return CompletableFuture.supplyAsync(() -> cancel(request.getId())).join();
    }
    return cancel(request.getId());
  }

  private Build cancel(String id) {
    BuildRecord build = store.get(id).orElseThrow(() -> Failures.noSuchBuild(id));
    if (FINISHED.contains(build.status())) {
      throw Failures.finished(build);
    }
    store.setStatus(id, "CANCELLED");
    return Messages.message(build.withStatus("CANCELLED"));
  }
}
