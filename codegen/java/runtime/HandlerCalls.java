package dev.crossfade.runtime;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;

/** Passes calls from the network to one handler. */
public final class HandlerCalls implements ServerCallHandler<byte[], byte[]> {
  /** Answers a call whose handler is not ported. */
  public interface TakeOver {
    /** Answers this call from its start; the returned listener receives its messages. */
    ServerCall.Listener<byte[]> start(ServerCall<byte[], byte[]> call, Metadata headers);
  }

  private final Rpc rpc;
  private final Workers workers;
  private final ErrorTable errors;
  private final int maxRequestBytes;
  private volatile boolean unported;

  /** Calls of this RPC, run by these workers; a message above the limit is rejected. */
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

  /** Starts a call; {@code takeOver} (or null) may answer it until the handler reads or sends. */
  public ServerCall.Listener<byte[]> startCall(
      ServerCall<byte[], byte[]> call, Metadata headers, TakeOver takeOver) {
    HandlerCall started = new HandlerCall(this, call, headers, takeOver);
    started.start();
    return started;
  }

  /** The handler has thrown NotPortedException. */
  void unported() {
    unported = true;
  }

  /** True if the handler has thrown NotPortedException at least once. */
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
