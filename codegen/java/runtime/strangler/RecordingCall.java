package dev.crossfade.runtime.strangler;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;

/** Copies a call while it runs, without delaying or changing it. */
final class RecordingCall extends SimpleForwardingServerCall<byte[], byte[]> {
  /** Called once, when the call has ended. */
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

  /** Wraps the listener that receives the client's messages. */
  ServerCall.Listener<byte[]> listen(ServerCall.Listener<byte[]> listener) {
    return new RequestListener(listener);
  }

  /** Drops the recording: another side answers the call. */
  void discard(String reason) {
    recording.discard(reason);
  }

  @Override
  public void sendHeaders(Metadata headers) {
    recording.setAnswerHeaders(headers);
    super.sendHeaders(headers);
  }

  @Override
  public void sendMessage(byte[] message) {
    recording.addAnswer(message);
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

  private final class RequestListener extends SimpleForwardingServerCallListener<byte[]> {
    RequestListener(ServerCall.Listener<byte[]> listener) {
      super(listener);
    }

    @Override
    public void onMessage(byte[] message) {
      recording.addRequest(message);
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
