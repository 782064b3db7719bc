package dev.crossfade.runtime;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;

/** Brings calls from the network to one blocking handler. */
public final class HandlerCalls implements ServerCallHandler<byte[], byte[]> {
  /** Who answers a call whose handler is not ported; null: nobody. */
  public interface TakeOver {
    /** Answers this call from its beginning; its messages are told to what comes back. */
    ServerCall.Listener<byte[]> start(ServerCall<byte[], byte[]> call, Metadata headers);
  }

  private final Rpc rpc;
  private final Workers workers;
  private final ErrorTable errors;
  private final int maxRequestBytes;
  private volatile boolean unported;

  /** Calls of this RPC, run by these workers; a message above the bound is refused. */
  public HandlerCalls(Rpc rpc, Workers workers, ErrorTable errors, int maxRequestBytes) {
    this.rpc = rpc;
    this.workers = workers;
    this.errors = errors;
    this.maxRequestBytes = maxRequestBytes;
  }

  @Override
  public ServerCall.Listener<byte[]> startCall(ServerCall<byte[], byte[]> call, Metadata headers) {
    return startCall(call, headers, null);
  }

  /** Starts a call that another may take over as long as nothing was read from or sent to it. */
  public ServerCall.Listener<byte[]> startCall(
      ServerCall<byte[], byte[]> call, Metadata headers, TakeOver takeOver) {
    HandlerCall started = new HandlerCall(this, call, headers, takeOver);
    started.start();
    return started;
  }

  /** The handler has said that it is not ported. */
  void unported() {
    unported = true;
  }

  /** True where the handler has said so, at least once. */
  boolean isUnported() {
    return unported;
  }

  Rpc rpc() {
    return rpc;
  }

  Workers workers() {
    return workers;
  }

  ErrorTable errors() {
    return errors;
  }

  int maxRequestBytes() {
    return maxRequestBytes;
  }
}
