package dev.crossfade.runtime.strangler;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;

/** A call that is copied while it happens; it neither waits nor changes. */
final class RecordingCall extends SimpleForwardingServerCall<byte[], byte[]> {
  /** Told once, when the call is over. */
  interface Ended {
    void ended(Recording recording, Reply reply);
  }

  private final Recording recording;
  private final Ended ended;

  RecordingCall(ServerCall<byte[], byte[]> call, Recording recording, Ended ended) {
    super(call);
    this.recording = recording;
    this.ended = ended;
  }

  /** The listener that sees the client's half. */
  ServerCall.Listener<byte[]> listen(ServerCall.Listener<byte[]> listener) {
    return new Heard(listener);
  }

  /** The answer is not that of the side that was asked. */
  void spoil(String reason) {
    recording.spoil(reason);
  }

  @Override
  public void sendHeaders(Metadata headers) {
    recording.answeredHeaders(headers);
    super.sendHeaders(headers);
  }

  @Override
  public void sendMessage(byte[] message) {
    recording.answered(message);
    super.sendMessage(message);
  }

  @Override
  public void close(Status status, Metadata trailers) {
    Reply reply = recording.reply(status, trailers);
    super.close(status, trailers);
    if (isCancelled() || LegacyFailures.isOver(status, recording.deadline())) {
      reply = recording.unanswered();
    }
    end(reply);
  }

  private void end(Reply reply) {
    if (recording.end()) {
      ended.ended(recording, reply);
    }
  }

  private final class Heard extends SimpleForwardingServerCallListener<byte[]> {
    Heard(ServerCall.Listener<byte[]> listener) {
      super(listener);
    }

    @Override
    public void onMessage(byte[] message) {
      recording.asked(message);
      super.onMessage(message);
    }

    @Override
    public void onHalfClose() {
      recording.halfClosed();
      super.onHalfClose();
    }

    @Override
    public void onCancel() {
      end(recording.unanswered());
      super.onCancel();
    }
  }
}
