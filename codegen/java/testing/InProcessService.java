package dev.crossfade.testing;

import dev.crossfade.runtime.Bytes;
import dev.crossfade.runtime.ErrorTable;
import dev.crossfade.runtime.HandlerCalls;
import dev.crossfade.runtime.Rpc;
import dev.crossfade.runtime.Workers;
import io.grpc.CallOptions;
import io.grpc.HandlerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerMethodDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** Serves handlers inside the test's process: no port, no legacy, every mode PORTED. */
public final class InProcessService implements AutoCloseable {
  private static final int THREADS = 16;
  private static final int WAITING = 1024;
  private static final int MAX_REQUEST_BYTES = 4 << 20;
  private static final long CALL_S = 30;

  private final Workers workers = new Workers("test", THREADS, WAITING);
  private final Server server;
  private final ManagedChannel channel;

  private InProcessService(List<Rpc> rpcs, ErrorTable errors) throws IOException {
    String name = InProcessServerBuilder.generateName();
    HandlerRegistry handlers =
        new HandlerRegistry() {
          @Override
          public ServerMethodDefinition<?, ?> lookupMethod(String method, String authority) {
            return rpcs.stream()
                .filter(rpc -> rpc.name().equals(method) && rpc.handler() != null)
                .findFirst()
                .map(rpc -> definition(rpc, errors))
                .orElse(null);
          }
        };
    server = InProcessServerBuilder.forName(name).fallbackHandlerRegistry(handlers).build().start();
    channel = InProcessChannelBuilder.forName(name).build();
  }

  /** Serves these RPCs, such as those of a Handlers class, with Python's error texts. */
  public static InProcessService start(List<Rpc> rpcs) throws IOException {
    return start(rpcs, ErrorTable.python());
  }

  /** Serves these RPCs with an error table of your own. */
  public static InProcessService start(List<Rpc> rpcs, ErrorTable errors) throws IOException {
    return new InProcessService(rpcs, errors);
  }

  private ServerMethodDefinition<byte[], byte[]> definition(Rpc rpc, ErrorTable errors) {
    HandlerCalls calls = new HandlerCalls(rpc, workers, errors, MAX_REQUEST_BYTES);
    return ServerMethodDefinition.create(Bytes.method(rpc.method()), calls);
  }

  /** A channel for stubs. */
  public ManagedChannel channel() {
    return channel;
  }

  /**
   * All answers to a call of any kind with these requests.
   *
   * @throws StatusRuntimeException if the call does not end with OK
   */
  @SafeVarargs
  public final <Q, R> List<R> ask(MethodDescriptor<Q, R> method, Q... requests) {
    Collected<R> collected = new Collected<>();
    CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(CALL_S, TimeUnit.SECONDS);
    StreamObserver<Q> sender =
        ClientCalls.asyncBidiStreamingCall(channel.newCall(method, options), collected);
    Arrays.asList(requests).forEach(sender::onNext);
    sender.onCompleted();
    try {
      return collected.end.join();
    } catch (CompletionException e) {
      throw (StatusRuntimeException) e.getCause();
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
    workers.close();
  }

  private static final class Collected<R> implements StreamObserver<R> {
    private final List<R> answers = new ArrayList<>();
    private final CompletableFuture<List<R>> end = new CompletableFuture<>();

    @Override
    public void onNext(R answer) {
      answers.add(answer);
    }

    @Override
    public void onError(Throwable thrown) {
      end.completeExceptionally(thrown);
    }

    @Override
    public void onCompleted() {
      end.complete(List.copyOf(answers));
    }
  }
}
