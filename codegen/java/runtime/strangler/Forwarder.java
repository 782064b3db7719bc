package dev.crossfade.runtime.strangler;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;

/**
 * Forwards calls of every kind to legacy, bytes unchanged.
 *
 * <p>Deadline and cancellation are passed on by the gRPC context of the call.
 */
final class Forwarder implements ServerCallHandler<byte[], byte[]> {
  private final Channel legacy;
  private final boolean keepAuthority;

  /** The client's authority can't be kept where TLS checks legacy's name in its certificate. */
  Forwarder(Channel legacy, boolean keepAuthority) {
    this.legacy = legacy;
    this.keepAuthority = keepAuthority;
  }

  @Override
  public ServerCall.Listener<byte[]> startCall(ServerCall<byte[], byte[]> call, Metadata headers) {
    LegacyFailures.Trailers trailers = new LegacyFailures.Trailers();
    CallOptions options = CallOptions.DEFAULT.withStreamTracerFactory(trailers);
    if (keepAuthority && call.getAuthority() != null) {
      options = options.withAuthority(call.getAuthority());
    }
    ClientCall<byte[], byte[]> legacyCall = legacy.newCall(call.getMethodDescriptor(), options);
    Relay relay = new Relay(call, legacyCall, trailers);
    legacyCall.start(relay.answers, headers);
    legacyCall.request(1);
    call.request(1);
    return relay;
  }

  /** Passes the client's messages to legacy; requests the next when legacy is ready. */
  private static final class Relay extends ServerCall.Listener<byte[]> {
    private final ServerCall<byte[], byte[]> call;
    private final ClientCall<byte[], byte[]> legacyCall;
    private final LegacyFailures.Trailers end;
    private final Answers answers;
    private boolean requestPending;

    Relay(
        ServerCall<byte[], byte[]> call,
        ClientCall<byte[], byte[]> legacyCall,
        LegacyFailures.Trailers end) {
      this.call = call;
      this.legacyCall = legacyCall;
      this.end = end;
      this.answers = new Answers(this);
    }

    @Override
    public void onMessage(byte[] message) {
      legacyCall.sendMessage(message);
      synchronized (this) {
        if (!legacyCall.isReady()) {
          requestPending = true;
          return;
        }
      }
      call.request(1);
    }

    @Override
    public void onHalfClose() {
      legacyCall.halfClose();
    }

    @Override
    public void onCancel() {
      legacyCall.cancel("the client is gone", null);
    }

    @Override
    public void onReady() {
      answers.clientReady();
    }

    void legacyReady() {
      synchronized (this) {
        if (!requestPending) {
          return;
        }
        requestPending = false;
      }
      call.request(1);
    }
  }

  /** Passes legacy's messages to the client; requests the next when the client is ready. */
  private static final class Answers extends ClientCall.Listener<byte[]> {
    private final Relay relay;
    private boolean requestPending;

    Answers(Relay relay) {
      this.relay = relay;
    }

    @Override
    public void onHeaders(Metadata headers) {
      relay.call.sendHeaders(headers);
    }

    @Override
    public void onMessage(byte[] message) {
      relay.call.sendMessage(message);
      synchronized (this) {
        if (!relay.call.isReady()) {
          requestPending = true;
          return;
        }
      }
      relay.legacyCall.request(1);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      relay.call.close(relay.end.judge(status), trailers);
    }

    @Override
    public void onReady() {
      relay.legacyReady();
    }

    void clientReady() {
      synchronized (this) {
        if (!requestPending) {
          return;
        }
        requestPending = false;
      }
      relay.legacyCall.request(1);
    }
  }
}
