package dev.probe;

import com.google.protobuf.ByteString;
import dev.crossfade.runtime.AsyncServerStreamRpc;
import dev.crossfade.runtime.AsyncUnaryRpc;
import dev.crossfade.runtime.CallContext;
import dev.crossfade.runtime.In;
import dev.crossfade.runtime.NotPortedException;
import dev.crossfade.runtime.Out;
import dev.crossfade.runtime.RequestCheck;
import dev.probe.v1.Ask;
import dev.probe.v1.Said;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;

/** The port of legacy.py. */
final class Handlers {
  private static final Metadata.Key<String> ECHO = text("x-echo");
  private static final Metadata.Key<byte[]> ECHO_BIN = binary("x-echo-bin");

  private static final Logger LOGGER = Logger.getLogger("dev.probe");
  private static final ScheduledExecutorService LATER =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "later");
            thread.setDaemon(true);
            return thread;
          });

  private Handlers() {}

  /** The same as {@link #get}, on a thread of its own: any number of calls share it. */
  static final class Put implements AsyncUnaryRpc<Ask, Said> {
    @Override
    public CompletionStage<Said> handleAsync(Ask ask, CallContext context) throws Exception {
      if (ask.getText().startsWith("throw ")) {
        return CompletableFuture.completedFuture(
            get(ask.toBuilder().setText(ask.getText().substring(6)).build(), context));
      }
      boolean sleeps = ask.getText().startsWith("sleep ");
      long ms = sleeps ? Long.parseLong(ask.getText().substring(6)) : 0;
      CompletableFuture<Said> said = new CompletableFuture<>();
      Ask now = sleeps ? ask.toBuilder().setText("slept").build() : ask;
      LATER.schedule(() -> answer(said, now, context), ms, TimeUnit.MILLISECONDS);
      return said;
    }

    private static void answer(CompletableFuture<Said> said, Ask ask, CallContext context) {
      try {
        if (ask.getText().equals("not ported")) {
          throw new NotPortedException();
        }
        said.complete(get(ask, context));
      } catch (Throwable e) {
        said.completeExceptionally(e);
      }
    }
  }

  /** The same as {@link #list}, on another thread. */
  static final class PutList implements AsyncServerStreamRpc<Ask, Said> {
    @Override
    public CompletionStage<Void> handleAsync(Ask ask, Out<Said> out, CallContext context) {
      if (ask.getText().equals("no stage")) {
        return null;
      }
      return CompletableFuture.runAsync(
          () -> {
            try {
              list(ask, out, context);
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          });
    }
  }

  /** Refuses what is not valid, before the handler sees it. */
  static final class Valid implements RequestCheck {
    @Override
    public <Q> void check(MethodDescriptor<Q, ?> method, Q request, CallContext context) {
      if (request instanceof Ask ask && ask.getText().equals("invalid")) {
        throw Status.INVALID_ARGUMENT
            .withDescription(method.getBareMethodName() + ": text: expected another")
            .asRuntimeException();
      }
    }
  }

  static Said get(Ask ask, CallContext context) throws InterruptedException {
    if (ask.getText().equals("meta")) {
      Metadata first = new Metadata();
      first.put(text("x-first"), "one");
      first.put(text("x-first"), "two");
      first.put(binary("x-first-bin"), new byte[] {0, (byte) 0xff, 3});
      context.sendHeaders(first);
    }
    echo(context);
    return said(ask, context);
  }

  static void list(Ask ask, Out<Said> out, CallContext context) throws InterruptedException {
    echo(context);
    for (int i = 0; i < ask.getCount(); i++) {
      out.send(said(ask, context).toBuilder().setNumber(i).build());
    }
    if (ask.getText().equals("raise at the end")) {
      throw new IllegalStateException("enough");
    }
  }

  static Said sum(In<Ask> in, CallContext context) throws InterruptedException {
    int sum = 0;
    List<String> texts = new ArrayList<>();
    for (Ask ask : in) {
      said(ask, context);
      sum += ask.getCount();
      texts.add(ask.getText());
    }
    echo(context);
    return Said.newBuilder().setText(String.join(",", texts)).setNumber(sum).build();
  }

  static void chat(In<Ask> in, Out<Said> out, CallContext context) throws InterruptedException {
    for (Ask ask : in) {
      if (ask.getText().equals("end")) {
        break;
      }
      out.send(said(ask, context));
    }
    echo(context);
  }

  private static Said said(Ask ask, CallContext context) throws InterruptedException {
    String text = ask.getText();
    if (text.startsWith("until cancelled ")) {
      CountDownLatch cancelled = new CountDownLatch(1);
      context.onCancel(
          () -> {
            throw new IllegalStateException("a task that fails");
          });
      context.onCancel(cancelled::countDown);
      cancelled.await();
      LOGGER.info("told of the end of " + text);
      context.onCancel(() -> LOGGER.info("told at once of " + text));
    } else if (text.equals("peer")) {
      LOGGER.info("asked for the peer");
      context.onCancel(() -> LOGGER.severe("told of an end that was none"));
      List<String> names = context.peer().identities();
      String name = context.peer().text() + " " + String.join(" ", names);
      return Said.newBuilder().setText(name).build();
    } else if (text.equals("wrapped")) {
      throw new CompletionException(fail());
    } else if (text.equals("fail")) {
      throw fail();
    } else if (text.startsWith("raise ")) {
      if (!text.equals("raise at the end")) {
        throw new IllegalStateException(text.substring("raise ".length()));
      }
    } else if (text.equals("divide")) {
      throw new ArithmeticException("by zero");
    } else if (text.equals("broken table")) {
      throw new UnsupportedOperationException(text);
    } else if (text.startsWith("hang ")) {
      Thread.sleep(Long.parseLong(text.substring(5))); // whoever waits for it
    } else if (text.startsWith("sleep ")) {
      long until = System.nanoTime() + Long.parseLong(text.substring(6)) * 1_000_000;
      while (System.nanoTime() < until && !context.isCancelled()) {
        Thread.sleep(5);
      }
    } else if (text.equals("unequal")) {
      return Said.newBuilder().setText("candidate").build();
    } else if (text.equals("threads")) {
      boolean virtual = Thread.currentThread().toString().startsWith("VirtualThread");
      return Said.newBuilder().setText(virtual ? "virtual" : "platform").build();
    } else if (text.startsWith("blob ")) {
      byte[] blob = new byte[Integer.parseInt(text.substring(5))];
      return Said.newBuilder().setBlob(ByteString.copyFrom(blob)).build();
    }
    return Said.newBuilder().setText(text).setNumber(ask.getCount()).setBlob(ask.getBlob()).build();
  }

  private static StatusRuntimeException fail() {
    Metadata trailers = new Metadata();
    byte[] details = "\010\005\022\004gone".getBytes(StandardCharsets.ISO_8859_1);
    trailers.put(binary("grpc-status-details-bin"), details);
    trailers.put(text("x-why"), "gone");
    return Status.NOT_FOUND.withDescription("nothing: ü~% \"x\"").asRuntimeException(trailers);
  }

  private static void echo(CallContext context) {
    Iterable<String> values = context.headers().getAll(ECHO);
    if (values != null) {
      values.forEach(value -> context.trailers().put(ECHO, value));
    }
    Iterable<byte[]> bytes = context.headers().getAll(ECHO_BIN);
    if (bytes != null) {
      bytes.forEach(value -> context.trailers().put(ECHO_BIN, value));
    }
  }

  private static Metadata.Key<String> text(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  private static Metadata.Key<byte[]> binary(String name) {
    return Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER);
  }
}
