package dev.crossfade.runtime.strangler;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;

/**
 * Answers calls of every kind by asking legacy the same, bytes untouched.
 *
 * <p>Deadline and cancellation travel in the gRPC context in which the call is made.
 */
final class Forwarder implements ServerCallHandler<byte[], byte[]> {
  private final Channel legacy;
  private final boolean keepAuthority;

  /** Where TLS names legacy by its certificate, the client's authority can't be passed on. */
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
    ClientCall<byte[], byte[]> question = legacy.newCall(call.getMethodDescriptor(), options);
    Relay relay = new Relay(call, question, trailers);
    question.start(relay.answers, headers);
    question.request(1);
    call.request(1);
    return relay;
  }

  /** Messages of the client to legacy; a next one when legacy has taken the last. */
  private static final class Relay extends ServerCall.Listener<byte[]> {
    private final ServerCall<byte[], byte[]> call;
    private final ClientCall<byte[], byte[]> question;
    private final LegacyFailures.Trailers end;
    private final Answers answers;
    private boolean owed;

    Relay(
        ServerCall<byte[], byte[]> call,
        ClientCall<byte[], byte[]> question,
        LegacyFailures.Trailers end) {
      this.call = call;
      this.question = question;
      this.end = end;
      this.answers = new Answers(this);
    }

    @Override
    public void onMessage(byte[] message) {
      question.sendMessage(message);
      synchronized (this) {
        if (!question.isReady()) {
          owed = true;
          return;
        }
      }
      call.request(1);
    }

    @Override
    public void onHalfClose() {
      question.halfClose();
    }

    @Override
    public void onCancel() {
      question.cancel("the client is gone", null);
    }

    @Override
    public void onReady() {
      answers.clientReady();
    }

    void legacyReady() {
      synchronized (this) {
        if (!owed) {
          return;
        }
        owed = false;
      }
      call.request(1);
    }
  }

  /** Messages of legacy to the client; a next one when the client has taken the last. */
  private static final class Answers extends ClientCall.Listener<byte[]> {
    private final Relay relay;
    private boolean owed;

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
          owed = true;
          return;
        }
      }
      relay.question.request(1);
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
        if (!owed) {
          return;
        }
        owed = false;
      }
      relay.question.request(1);
    }
  }
}
