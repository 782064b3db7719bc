// ci/builds/v1/builds.proto, service ci.builds.v1.BuildService
// Yours: crossfade made it once and never changes it.
package dev.crossfade.buildqueue.rpc.buildservice;

import dev.crossfade.buildqueue.BuildRecord;
import dev.crossfade.buildqueue.Calls;
import dev.crossfade.buildqueue.Failures;
import dev.crossfade.buildqueue.Messages;
import dev.crossfade.buildqueue.PageTokens;
import dev.crossfade.buildqueue.Store;
import dev.crossfade.buildqueue.gen.buildservice.ListBuilds;
import dev.crossfade.buildqueue.v1.ListBuildsRequest;
import dev.crossfade.buildqueue.v1.ListBuildsResponse;
import dev.crossfade.buildqueue.v1.Status;
import dev.crossfade.runtime.CallContext;
import java.util.List;

/**
 * A page of a project's builds, newest first.
 *
 * <p>Safe: in the modes COMPARE and PORTED_COMPARE it also runs for requests that the legacy
 * service answers.
 *
 * <p>In Python: rpc.py:38.
 *
 * <p>Statuses that it sets: INVALID_ARGUMENT. Exceptions that it catches: ValueError.
 */
public final class ListBuildsHandler implements ListBuilds {
  private static final int MAX_PAGE = 50;

  private final Store store;
  private final PageTokens tokens = new PageTokens();

  public ListBuildsHandler(Store store) {
    this.store = store;
  }

  @Override
  public ListBuildsResponse handle(ListBuildsRequest request, CallContext context) {
    Calls.greet(context);
    if (request.getPageSize() < 0) {
      String message = "bad page_size: " + request.getPageSize();
      throw Failures.badField("page_size", "must not be negative", message);
    }
    int start = tokens.read(request.getPageToken());
    if (start < 0) {
      throw Failures.badField("page_token", "not one of ours", "bad page_token");
    }
    String status =
        request.getStatus() == Status.STATUS_UNSPECIFIED
            ? ""
            : request.getStatus().name().substring("STATUS_".length());
    int size = Math.min(request.getPageSize() == 0 ? 10 : request.getPageSize(), MAX_PAGE);
    List<BuildRecord> builds = store.ofProject(request.getProject(), status);
    int end = Math.min(start + size, builds.size());
    ListBuildsResponse.Builder response = ListBuildsResponse.newBuilder();
    builds.subList(Math.min(start, end), end).stream()
        .map(Messages::message)
        .forEach(response::addBuilds);
    if (start + size < builds.size()) {
      response.setNextPageToken(tokens.write(start + size));
    }
    return response.build();
  }
}
