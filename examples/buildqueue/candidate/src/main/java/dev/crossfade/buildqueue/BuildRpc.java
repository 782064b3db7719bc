package dev.crossfade.buildqueue;

import dev.crossfade.buildqueue.v1.Build;
import dev.crossfade.buildqueue.v1.BuildEvent;
import dev.crossfade.buildqueue.v1.BuildServiceGrpc;
import dev.crossfade.buildqueue.v1.CancelBuildRequest;
import dev.crossfade.buildqueue.v1.ConsoleInput;
import dev.crossfade.buildqueue.v1.ConsoleOutput;
import dev.crossfade.buildqueue.v1.Flakiness;
import dev.crossfade.buildqueue.v1.GetBuildRequest;
import dev.crossfade.buildqueue.v1.GetFlakinessRequest;
import dev.crossfade.buildqueue.v1.ListBuildsRequest;
import dev.crossfade.buildqueue.v1.ListBuildsResponse;
import dev.crossfade.buildqueue.v1.LogChunk;
import dev.crossfade.buildqueue.v1.SearchBuildsRequest;
import dev.crossfade.buildqueue.v1.Status;
import dev.crossfade.buildqueue.v1.SubmitBuildRequest;
import dev.crossfade.buildqueue.v1.SubmitBuildResponse;
import dev.crossfade.buildqueue.v1.UploadLogResponse;
import dev.crossfade.buildqueue.v1.WatchBuildRequest;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** ci.builds.v1.BuildService. */
final class BuildRpc extends BuildServiceGrpc.BuildServiceImplBase {
  private static final Set<String> FINISHED = Set.of("PASSED", "FAILED", "CANCELLED");
  private static final List<String> LABELS = List.of("arm64", "gpu", "nightly");
  private static final int MAX_PAGE = 50;
  private static final long EVENT_INTERVAL_NS = 20_000_000;

  private final Store store;
  private final PageTokens tokens = new PageTokens();

  BuildRpc(Store store) {
    this.store = store;
  }

  @Override
  public void getBuild(GetBuildRequest request, StreamObserver<Build> observer) {
    Optional<BuildRecord> build = store.get(request.getId());
    if (build.isEmpty()) {
      observer.onError(Failures.noSuchBuild(request.getId()));
      return;
    }
    answer(observer, Messages.message(build.get()));
  }

  @Override
  public void listBuilds(ListBuildsRequest request, StreamObserver<ListBuildsResponse> observer) {
    if (request.getPageSize() < 0) {
      String message = "bad page_size: " + request.getPageSize();
      observer.onError(Failures.badField("page_size", "must not be negative", message));
      return;
    }
    int start = tokens.read(request.getPageToken());
    if (start < 0) {
      observer.onError(Failures.badField("page_token", "not one of ours", "bad page_token"));
      return;
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
    answer(observer, response.build());
  }

  @Override
  public void searchBuilds(SearchBuildsRequest request, StreamObserver<Build> observer) {
    if (request.getLimit() < 0) {
      String message = "bad limit: " + request.getLimit();
      observer.onError(Failures.badField("limit", "must not be negative", message));
      return;
    }
    int limit = request.getLimit() == 0 ? 20 : request.getLimit();
    List<BuildRecord> builds = store.search(request.getText(), limit);
    builds.stream().map(Messages::message).forEach(observer::onNext);
    Trailers.put("x-search-count", Integer.toString(builds.size()));
    Trailers.put("x-search-digest", Texts.digest(builds.stream().map(BuildRecord::id).toList()));
    observer.onCompleted();
  }

  @Override
  public void submitBuild(
      SubmitBuildRequest request, StreamObserver<SubmitBuildResponse> observer) {
    if (request.getBranch().isEmpty()) {
      observer.onError(Failures.badField("branch", "is required", "branch is required"));
      return;
    }
    if (!LABELS.containsAll(request.getLabelsList())) {
      String description = "expected some of " + Texts.list(LABELS);
      observer.onError(Failures.badField("labels", description, "unknown label"));
      return;
    }
    BuildRecord build =
        store.submit(
            request.getProject(),
            request.getBranch(),
            request.getLabelsList(),
            request.getEnvironmentMap());
    answer(
        observer,
        SubmitBuildResponse.newBuilder()
            .setId(build.id())
            .setAcceptedAt(Texts.acceptedAt())
            .setPriority(request.hasPriority() ? request.getPriority() : 5)
            .build());
  }

  @Override
  public void cancelBuild(CancelBuildRequest request, StreamObserver<Build> observer) {
    if (!Port.FIXED) {
      answer(observer, cancel(request.getId()));
      return;
    }
    try {
      answer(observer, cancel(request.getId()));
    } catch (StatusRuntimeException e) {
      observer.onError(e);
    }
  }

  private Build cancel(String id) {
    BuildRecord build = store.get(id).orElseThrow(() -> Failures.noSuchBuild(id));
    if (FINISHED.contains(build.status())) {
      throw Failures.finished(build);
    }
    store.setStatus(id, "CANCELLED");
    return Messages.message(build.withStatus("CANCELLED"));
  }

  @Override
  public void watchBuild(WatchBuildRequest request, StreamObserver<BuildEvent> observer) {
    Optional<BuildRecord> build = store.get(request.getId());
    if (build.isEmpty()) {
      observer.onError(Failures.noSuchBuild(request.getId()));
      return;
    }
    var call = (ServerCallStreamObserver<BuildEvent>) observer;
    List<BuildEvent> events = Messages.events(build.get());
    int most = request.getEvents() > 0 ? request.getEvents() : events.size();
    for (BuildEvent event : events.subList(0, Math.min(most, events.size()))) {
      if (call.isCancelled()) {
        return;
      }
      call.onNext(event);
      LockSupport.parkNanos(EVENT_INTERVAL_NS);
    }
    call.onCompleted();
  }

  @Override
  public StreamObserver<LogChunk> uploadLog(StreamObserver<UploadLogResponse> observer) {
    return new LogUpload(store, observer);
  }

  @Override
  public StreamObserver<ConsoleInput> console(StreamObserver<ConsoleOutput> observer) {
    return new ConsoleSession(store, observer);
  }

  @Override
  public void getFlakiness(GetFlakinessRequest request, StreamObserver<Flakiness> observer) {
    int size = request.getWindow() == 0 ? 8 : request.getWindow();
    List<BuildRecord> window =
        store.ofProject(request.getProject(), "").stream()
            .filter(build -> build.status().equals("PASSED") || build.status().equals("FAILED"))
            .limit(size)
            .toList();
    if (window.isEmpty()) {
      observer.onError(Failures.noBuilds(request.getProject()));
      return;
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
    answer(
        observer,
        Flakiness.newBuilder()
            .setProject(request.getProject())
            .setBuilds(window.size())
            .setFlakyRate(Texts.rate(retries, window.size()))
            .setMeanDurationS(mean)
            .setDeviationS(Math.sqrt(squares / window.size()))
            .putAllFailuresByBranch(failures)
            .build());
  }

  private static <T> void answer(StreamObserver<T> observer, T message) {
    observer.onNext(message);
    observer.onCompleted();
  }
}
