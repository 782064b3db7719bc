import com.google.protobuf.MessageLite;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.BinaryLogSink;
import io.grpc.protobuf.services.BinaryLogs;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Iterator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Calls a health service on both ends of which grpc-java writes a binary log. */
public final class BinaryLogRecorder {
  private static final class FileSink implements BinaryLogSink {
    private final OutputStream file;

    FileSink(String path) throws IOException {
      file = new FileOutputStream(path);
    }

    @Override
    public synchronized void write(MessageLite entry) {
      try {
        entry.writeDelimitedTo(file);
      } catch (IOException error) {
        throw new IllegalStateException(error);
      }
    }

    @Override
    public synchronized void close() throws IOException {
      file.close();
    }
  }

  public static void main(String[] args) throws Exception {
    FileSink served = new FileSink(args[0]);
    FileSink called = new FileSink(args[1]);
    HealthStatusManager health = new HealthStatusManager();
    Server server =
        NettyServerBuilder.forPort(0)
            .addService(health.getHealthService())
            .addService(ProtoReflectionServiceV1.newInstance())
            .setBinaryLog(BinaryLogs.createBinaryLog(served, "*"))
            .build()
            .start();
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
            .usePlaintext()
            .setBinaryLog(BinaryLogs.createBinaryLog(called, "*"))
            .build();
    try {
      call(channel, health);
    } finally {
      channel.shutdown().awaitTermination(10, TimeUnit.SECONDS);
      server.shutdown().awaitTermination(10, TimeUnit.SECONDS);
      served.close();
      called.close();
    }
  }

  private static void call(ManagedChannel channel, HealthStatusManager health) throws Exception {
    Metadata metadata = new Metadata();
    metadata.put(Metadata.Key.of("x-team", Metadata.ASCII_STRING_MARSHALLER), "blue");
    metadata.put(
        Metadata.Key.of("x-trace-bin", Metadata.BINARY_BYTE_MARSHALLER), new byte[] {0, 1, (byte) 255});
    HealthGrpc.HealthBlockingStub stub =
        HealthGrpc.newBlockingStub(channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
    stub.withDeadlineAfter(30, TimeUnit.SECONDS).check(HealthCheckRequest.getDefaultInstance());
    try {
      stub.check(HealthCheckRequest.newBuilder().setService("no such ♥ service").build());
    } catch (StatusRuntimeException expected) {
      // NOT_FOUND
    }
    Context.CancellableContext watching = Context.current().withCancellation();
    watching.run(
        () -> {
          Iterator<HealthCheckResponse> states =
              stub.watch(HealthCheckRequest.newBuilder().setService("builds").build());
          states.next();
          health.setStatus("builds", HealthCheckResponse.ServingStatus.SERVING);
          states.next();
        });
    watching.cancel(null);
    list(channel);
  }

  private static void list(ManagedChannel channel) throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    Semaphore answered = new Semaphore(0);
    StreamObserver<ServerReflectionRequest> asked =
        ServerReflectionGrpc.newStub(channel)
            .serverReflectionInfo(
                new StreamObserver<ServerReflectionResponse>() {
                  @Override
                  public void onNext(ServerReflectionResponse answer) {
                    answered.release();
                  }

                  @Override
                  public void onError(Throwable error) {
                    ended.countDown();
                  }

                  @Override
                  public void onCompleted() {
                    ended.countDown();
                  }
                });
    asked.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    answered.acquire();
    asked.onNext(ServerReflectionRequest.newBuilder().setFileContainingSymbol("nope").build());
    answered.acquire();
    asked.onCompleted();
    ended.await(10, TimeUnit.SECONDS);
  }
}
