// ci/builds/v1/builds.proto, service ci.builds.v1.BuildService
// Yours: crossfade made it once and never changes it.
package dev.crossfade.buildqueue.rpc.buildservice;

import dev.crossfade.buildqueue.BuildRecord;
import dev.crossfade.buildqueue.Calls;
import dev.crossfade.buildqueue.Failures;
import dev.crossfade.buildqueue.Messages;
import dev.crossfade.buildqueue.Store;
import dev.crossfade.buildqueue.gen.buildservice.WatchBuild;
import dev.crossfade.buildqueue.v1.BuildEvent;
import dev.crossfade.buildqueue.v1.WatchBuildRequest;
import dev.crossfade.runtime.CallContext;
import dev.crossfade.runtime.Out;
import java.util.List;

/**
 * The life of a build, step by step; at most `events` of it when that is set.
 *
 * <p>Safe: in the modes COMPARE and PORTED_COMPARE it also runs for requests that the legacy
 * service answers.
 *
 * <p>In Python: rpc.py:61.
 *
 * <p>Statuses that it sets: NOT_FOUND.
 */
public final class WatchBuildHandler implements WatchBuild {
  private static final long EVENT_INTERVAL_MS = 20;

  private final Store store;

  public WatchBuildHandler(Store store) {
    this.store = store;
  }

  @Override
  public void handle(WatchBuildRequest request, Out<BuildEvent> out, CallContext context)
      throws InterruptedException {
    Calls.greet(context);
    BuildRecord build =
        store.get(request.getId()).orElseThrow(() -> Failures.noSuchBuild(request.getId()));
    List<BuildEvent> events = Messages.events(build);
    int most = request.getEvents() > 0 ? request.getEvents() : events.size();
    for (BuildEvent event : events.subList(0, Math.min(most, events.size()))) {
      if (context.isCancelled()) {
        return;
      }
      out.send(event);
      Thread.sleep(EVENT_INTERVAL_MS);
    }
  }
}
