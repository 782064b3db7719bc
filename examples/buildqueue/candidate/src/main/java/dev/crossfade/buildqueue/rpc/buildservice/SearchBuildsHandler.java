// ci/builds/v1/builds.proto, service ci.builds.v1.BuildService
// Yours: crossfade made it once and never changes it.
package dev.crossfade.buildqueue.rpc.buildservice;

import dev.crossfade.buildqueue.BuildRecord;
import dev.crossfade.buildqueue.Calls;
import dev.crossfade.buildqueue.Failures;
import dev.crossfade.buildqueue.Messages;
import dev.crossfade.buildqueue.Store;
import dev.crossfade.buildqueue.Texts;
import dev.crossfade.buildqueue.gen.buildservice.SearchBuilds;
import dev.crossfade.buildqueue.v1.Build;
import dev.crossfade.buildqueue.v1.SearchBuildsRequest;
import dev.crossfade.runtime.CallContext;
import dev.crossfade.runtime.Out;
import java.util.List;

/**
 * The first builds whose branch contains a text, oldest first. Trailing metadata: x-search-count,
 * and x-search-digest, a checksum of their ids.
 *
 * <p>Safe: in the modes COMPARE and PORTED_COMPARE it also runs for requests that the legacy
 * service answers.
 *
 * <p>In Python: rpc.py:51.
 *
 * <p>Statuses that it sets: INVALID_ARGUMENT.
 */
public final class SearchBuildsHandler implements SearchBuilds {
  private final Store store;

  public SearchBuildsHandler(Store store) {
    this.store = store;
  }

  @Override
  public void handle(SearchBuildsRequest request, Out<Build> out, CallContext context) {
    Calls.greet(context);
    if (request.getLimit() < 0) {
      String message = "bad limit: " + request.getLimit();
      throw Failures.badField("limit", "must not be negative", message);
    }
    int limit = request.getLimit() == 0 ? 20 : request.getLimit();
    List<BuildRecord> builds = store.search(request.getText(), limit);
    builds.stream().map(Messages::message).forEach(out::send);
    Calls.trailer(context, "x-search-count", Integer.toString(builds.size()));
    List<String> ids = builds.stream().map(BuildRecord::id).toList();
    Calls.trailer(context, "x-search-digest", Texts.digest(ids));
  }
}
