package dev.crossfade.runtime.strangler;

import dev.crossfade.runtime.Bytes;
import dev.crossfade.runtime.Rpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** Repeats on legacy a call that the handler has answered, only to compare the answers. */
final class LegacyCaller {
  private final Channel legacy;
  private final Duration timeout;

  LegacyCaller(Channel legacy, Duration timeout) {
    this.legacy = legacy;
    this.timeout = timeout;
  }

  /** Legacy's reply; if the client got no answer, waits no longer than the client did. */
  Reply call(Rpc rpc, Recording recording, Reply candidate) {
    if (!recording.isHalfClosed()) {
      return new Reply.Skipped(Shed.TRUNCATED);
    }
    long time = timeout.toNanos();
    if (candidate instanceof Reply.Failed) {
      time = Math.min(time, recording.timeout().toNanos());
    }
    LegacyFailures.Trailers trailers = new LegacyFailures.Trailers();
    CallOptions options =
        CallOptions.DEFAULT
            .withDeadlineAfter(time, TimeUnit.NANOSECONDS)
            .withStreamTracerFactory(trailers);
    ClientCall<byte[], byte[]> call = legacy.newCall(Bytes.method(rpc.method()), options);
    Metadata headers = Metadatas.copy(recording.headers());
    Shadow.mark(headers);
    AnswerListener listener =
        new AnswerListener(call, options.getDeadline(), recording.share(), trailers);
    call.start(listener, headers);
    call.request(1);
    recording.requests().forEach(call::sendMessage);
    call.halfClose();
    try {
      return listener.reply.get();
    } catch (InterruptedException e) {
      call.cancel("the server is stopping", e);
      Thread.currentThread().interrupt();
      return new Reply.Skipped(Shed.SHUTDOWN);
    } catch (ExecutionException e) {
      return new Reply.Skipped(Shed.LEGACY_FAILED);
    }
  }

  private static final class AnswerListener extends ClientCall.Listener<byte[]> {
    private final ClientCall<byte[], byte[]> call;
    private final Deadline deadline;
    private final Budget.Share share;
    private final LegacyFailures.Trailers end;
    private final CompletableFuture<Reply> reply = new CompletableFuture<>();
    private final List<byte[]> answers = new ArrayList<>();
    private final long start = System.nanoTime();
    private Metadata answerHeaders = new Metadata();
    private String rejected;

    AnswerListener(
        ClientCall<byte[], byte[]> call,
        Deadline deadline,
        Budget.Share share,
        LegacyFailures.Trailers end) {
      this.call = call;
      this.deadline = deadline;
      this.share = share;
      this.end = end;
    }

    @Override
    public void onHeaders(Metadata headers) {
      answerHeaders = headers;
    }

    @Override
    public void onMessage(byte[] message) {
      rejected = share.take(message.length);
      if (rejected == null) {
        answers.add(message);
        call.request(1);
      } else {
        call.cancel("too large to compare", null);
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      double tookMs = (System.nanoTime() - start) / 1e6;
      if (rejected != null) {
        reply.complete(new Reply.Skipped(rejected));
      } else if (LegacyFailures.isFailure(end.judge(status))
          || LegacyFailures.isOver(status, deadline)) {
        reply.complete(new Reply.Skipped(Shed.LEGACY_FAILED));
      } else {
        reply.complete(new Reply.Answer(answerHeaders, answers, status, trailers, tookMs));
      }
    }
  }
}
