package dev.crossfade.runtime;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.logging.Level;

/** One call: grpc's callbacks on one side, a handler on the other. */
final class HandlerCall extends ServerCall.Listener<byte[]> {
  private final HandlerCalls calls;
  private final ServerCall<byte[], byte[]> call;
  private final Metadata headers;
  private final HandlerCalls.TakeOver takeOver;
  private final Inbox inbox;
  private final Outbox outbox;
  private final boolean oneRequest;
  private boolean dispatched;
  private volatile boolean refused;
  private volatile HandlerContext context;

  HandlerCall(
      HandlerCalls calls,
      ServerCall<byte[], byte[]> call,
      Metadata headers,
      HandlerCalls.TakeOver takeOver) {
    this.calls = calls;
    this.call = call;
    this.headers = headers;
    this.takeOver = takeOver;
    this.inbox = new Inbox(call);
    this.oneRequest = calls.rpc().method().getType().clientSendsOneMessage();
    this.outbox = new Outbox(call, calls.rpc().method().getType().serverSendsOneMessage());
  }

  void start() {
    if (oneRequest) {
      call.request(2); // the second detects a client that sends too many
    } else {
      dispatch();
    }
  }

  @Override
  public void onMessage(byte[] message) {
    if (message.length > calls.maxRequestBytes() && !inbox.isHandedOver()) {
      refuse(
          Status.RESOURCE_EXHAUSTED.withDescription(
              String.format(
                  Locale.ROOT,
                  "SERVER: Received message larger than max (%d vs. %d)",
                  message.length,
                  calls.maxRequestBytes())));
    } else if (!inbox.put(message, oneRequest)) {
      refuse(Status.INTERNAL.withDescription("Too many requests"));
    }
  }

  @Override
  public void onHalfClose() {
    inbox.halfClose();
    if (!oneRequest || refused) {
      return;
    }
    if (inbox.isEmpty()) {
      refuse(Status.INTERNAL.withDescription("Half-closed without a request"));
    } else {
      dispatch();
    }
  }

  @Override
  public void onReady() {
    outbox.wake();
    inbox.onReady();
  }

  @Override
  public void onCancel() {
    outbox.cancel();
    inbox.cancel();
    HandlerContext begun = context;
    if (begun != null) {
      begun.cancelTasks().run();
    }
  }

  @Override
  public void onComplete() {
    inbox.complete();
  }

  /** Starts the handler, once. */
  private void dispatch() {
    if (dispatched) {
      return;
    }
    dispatched = true;
    try {
      Context here = Context.current();
      Callable<CompletionStage<Void>> task = here.wrap(this::run);
      calls
          .workers()
          .execute(
              io.opentelemetry.context.Context.current().wrap(task),
              thrown -> here.run(() -> ended(thrown))); // may be handed over
    } catch (RejectedExecutionException e) {
      if (calls.isUnported() && handOver()) {
        return; // legacy would answer it anyway
      }
      refuse(Status.RESOURCE_EXHAUSTED.withDescription("Concurrent RPC limit exceeded!"));
    }
  }

  /** Ends the call before or during its handler's work. */
  private void refuse(Status status) {
    refused = true;
    inbox.cancel();
    outbox.end(status, new Metadata());
  }

  private CompletionStage<Void> run() throws Exception {
    if (call.isCancelled() || refused) {
      return Stages.ended();
    }
    HandlerContext begun = new HandlerContext(call, headers, outbox);
    context = begun;
    return calls.rpc().handler().run(inbox, outbox, begun);
  }

  private void ended(Throwable thrown) {
    HandlerContext begun = context;
    if (begun == null) {
      return; // the call was cancelled before its handler started
    }
    begun.cancelTasks().end();
    if (thrown == null) {
      outbox.end(Status.OK, begun.trailers());
    } else if (thrown instanceof NotPortedException e) {
      notPorted(e, begun.trailers());
    } else if (!(thrown instanceof CancellationException) || !(call.isCancelled() || refused)) {
      failed(thrown, begun.trailers());
    }
  }

  private void notPorted(NotPortedException thrown, Metadata trailers) {
    calls.unported();
    if (!handOver()) {
      failed(thrown, trailers);
    }
  }

  private boolean handOver() {
    return takeOver != null && !outbox.isStarted() && inbox.handOver(takeOver, call, headers);
  }

  private void failed(Throwable thrown, Metadata trailers) {
    boolean streams = !calls.rpc().method().getType().serverSendsOneMessage();
    ErrorTable.End end = calls.errors().end(calls.rpc().name(), thrown, streams);
    if (end.status().getCode() == Status.Code.UNKNOWN && !(thrown instanceof NotPortedException)) {
      Log.event(Level.WARNING, "handler.failed", thrown, "rpc", calls.rpc().name());
    }
    Metadata all = new Metadata();
    all.merge(trailers);
    all.merge(end.trailers());
    outbox.end(end.status(), all);
  }
}
