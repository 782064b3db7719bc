package dev.crossfade.runtime.strangler;

import dev.crossfade.runtime.CallContext;
import dev.crossfade.runtime.CancelTasks;
import dev.crossfade.runtime.ErrorTable;
import dev.crossfade.runtime.In;
import dev.crossfade.runtime.NotPortedException;
import dev.crossfade.runtime.Out;
import dev.crossfade.runtime.Peer;
import dev.crossfade.runtime.Rpc;
import dev.crossfade.runtime.Stages;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Runs a handler in this process on a recorded call, only to compare its answer. */
final class Replay {
  private final ErrorTable errors;
  private final Duration timeout;
  private final ScheduledExecutorService timer;

  Replay(ErrorTable errors, Duration timeout, ScheduledExecutorService timer) {
    this.errors = errors;
    this.timeout = timeout;
    this.timer = timer;
  }

  /** The handler's reply, on this thread; {@code late} is called if the timeout passes. */
  Reply run(Rpc rpc, Recording recording, Consumer<Reply> late) {
    Context.CancellableContext context =
        recording.context().withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS, timer);
    Run run = new Run(recording, context);
    Context.CancellationListener listener =
        over -> {
          run.cancelTasks.run();
          late.accept(tooLate());
        };
    context.addListener(listener, Runnable::run);
    Context before = context.attach();
    try {
      return run.answer(rpc);
    } finally {
      context.detach(before);
      context.removeListener(listener);
      context.cancel(null);
    }
  }

  private Reply tooLate() {
    return new Reply.Failed("deadline", "no answer within " + timeout.toMillis() + " ms");
  }

  /** Stops a run that can't be compared; the message is the reason. */
  private static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Stopped(String reason) {
      super(reason, null, false, false);
    }
  }

  private final class Run implements In<byte[]>, Out<byte[]>, CallContext {
    private final Recording recording;
    private final Context context;
    private final Metadata headers;
    private final List<byte[]> answers = new ArrayList<>();
    private final Metadata trailers = new Metadata();
    private final CancelTasks cancelTasks;
    private Metadata answerHeaders;

    Run(Recording recording, Context context) {
      this.recording = recording;
      this.context = context;
      this.cancelTasks = new CancelTasks(context::isCancelled);
      this.headers = Metadatas.copy(recording.headers());
    }

    Reply answer(Rpc rpc) {
      long start = System.nanoTime();
      Metadata end = new Metadata();
      Status status = Status.OK;
      try {
        Stages.await(rpc.handler().run(this, this, this));
      } catch (NotPortedException e) {
        return new Reply.Skipped(Shed.NOT_PORTED);
      } catch (Stopped e) {
        return new Reply.Skipped(e.getMessage());
      } catch (Throwable e) { // whatever a handler throws becomes its answer
        boolean streams = !rpc.method().getType().serverSendsOneMessage();
        ErrorTable.End ended = errors.end(rpc.name(), e, streams);
        status = ended.status();
        end.merge(ended.trailers());
      }
      cancelTasks.end();
      double tookMs = (System.nanoTime() - start) / 1e6;
      if (context.isCancelled()) {
        return tooLate();
      }
      Metadata all = Metadatas.copy(trailers);
      all.merge(end);
      Metadata first = answerHeaders == null ? new Metadata() : answerHeaders;
      return new Reply.Answer(first, answers, status, all, tookMs);
    }

    @Override
    public Iterator<byte[]> iterator() {
      Iterator<byte[]> messages = recording.requests().iterator();
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          if (!messages.hasNext() && !recording.isHalfClosed()) {
            throw new Stopped(Shed.TRUNCATED); // the side that answered did not read on
          }
          return messages.hasNext();
        }

        @Override
        public byte[] next() {
          if (!hasNext()) {
            throw new NoSuchElementException("the client has sent its last message");
          }
          return messages.next();
        }
      };
    }

    @Override
    public void send(byte[] message) {
      if (context.isCancelled()) {
        throw new CancellationException("the comparison has timed out");
      }
      String rejected = recording.share().take(message.length);
      if (rejected != null) {
        throw new Stopped(rejected);
      }
      if (answerHeaders == null) {
        answerHeaders = new Metadata();
      }
      answers.add(message);
    }

    @Override
    public void sendHeaders(Metadata metadata) {
      if (answerHeaders != null) {
        throw new IllegalStateException("headers were already sent");
      }
      answerHeaders = Metadatas.copy(metadata);
    }

    @Override
    public Metadata headers() {
      return headers;
    }

    @Override
    public Metadata trailers() {
      return trailers;
    }

    @Override
    public Deadline deadline() {
      return context.getDeadline();
    }

    @Override
    public boolean isCancelled() {
      return context.isCancelled();
    }

    @Override
    public void onCancel(Runnable task) {
      cancelTasks.add(task);
    }

    @Override
    public Peer peer() {
      return recording.peer();
    }

    @Override
    public boolean isShadow() {
      return true;
    }
  }
}
