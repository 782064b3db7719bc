import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Calls the methods of test_grpc.py by grpc-java and prints what it got. */
public final class GrpcJava {
  private static final MethodDescriptor.Marshaller<byte[]> BYTES =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
          return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.readAllBytes();
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        }
      };

  public static void main(String[] args) throws Exception {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", Integer.parseInt(args[0]))
            .overrideAuthority("api.test")
            .usePlaintext()
            .build();
    AtomicReference<Metadata> headers = new AtomicReference<>();
    AtomicReference<Metadata> trailers = new AtomicReference<>();
    var capturing =
        ClientInterceptors.intercept(channel, MetadataUtils.newCaptureMetadataInterceptor(headers, trailers));
    CallOptions minutes = CallOptions.DEFAULT.withDeadlineAfter(300, TimeUnit.SECONDS);
    byte[] answer = ClientCalls.blockingUnaryCall(capturing, method("Unary"), minutes, new byte[] {1, 2, 3});
    System.out.println(answer.length + " " + headers.get() + " " + trailers.get());
    for (String name : new String[] {"Failing", "Hang"}) {
      try {
        ClientCalls.blockingUnaryCall(
            capturing, method(name), CallOptions.DEFAULT.withDeadlineAfter(2, TimeUnit.SECONDS), new byte[0]);
      } catch (StatusRuntimeException e) {
        System.out.println(e.getStatus().getCode() + " " + ("Hang".equals(name) ? "" : e.getMessage() + e.getTrailers()));
      }
    }
    channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
  }

  private static MethodDescriptor<byte[], byte[]> method(String name) {
    return MethodDescriptor.<byte[], byte[]>newBuilder()
        .setType(MethodDescriptor.MethodType.UNARY)
        .setFullMethodName("p.S/" + name)
        .setRequestMarshaller(BYTES)
        .setResponseMarshaller(BYTES)
        .build();
  }
}
