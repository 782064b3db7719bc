package dev.crossfade.statuses;

import com.google.protobuf.StringValue;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;

/** A plain grpc-java service of which each method ends a call in its own way. */
public final class Main {
  private static final String SERVICE = "statuses.v1.Statuses";

  private Main() {}

  /** Serves until the process is ended. */
  public static void main(String[] args) throws Exception {
    ServerServiceDefinition service =
        ServerServiceDefinition.builder(SERVICE)
            .addMethod(method("Echo"), ServerCalls.asyncUnaryCall(Main::echo))
            .addMethod(method("Boom"), ServerCalls.asyncUnaryCall(Main::boom))
            .addMethod(method("Abort"), ServerCalls.asyncUnaryCall(Main::abort))
            .addMethod(method("Throw"), ServerCalls.asyncUnaryCall(Main::thrown))
            .addMethod(method("Nothing"), ServerCalls.asyncUnaryCall(Main::nothing))
            .addMethod(method("SetCode"), ServerCalls.asyncUnaryCall(Main::abort))
            .addMethod(method("Slow"), ServerCalls.asyncUnaryCall(Main::slow))
            .addMethod(method("Unimplemented"), ServerCalls.asyncUnaryCall(Main::unimplemented))
            .build();
    Server server = NettyServerBuilder.forPort(0).addService(service).build().start();
    System.out.println("READY " + server.getPort());
    server.awaitTermination();
  }

  private static MethodDescriptor<StringValue, StringValue> method(String name) {
    return MethodDescriptor.<StringValue, StringValue>newBuilder()
        .setType(MethodDescriptor.MethodType.UNARY)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
        .setRequestMarshaller(ProtoUtils.marshaller(StringValue.getDefaultInstance()))
        .setResponseMarshaller(ProtoUtils.marshaller(StringValue.getDefaultInstance()))
        .build();
  }

  private static void echo(StringValue request, StreamObserver<StringValue> answer) {
    answer.onNext(request);
    answer.onCompleted();
  }

  private static void boom(StringValue request, StreamObserver<StringValue> answer) {
    throw new IllegalStateException("boom");
  }

  private static void abort(StringValue request, StreamObserver<StringValue> answer) {
    answer.onError(Status.NOT_FOUND.withDescription("no such user").asRuntimeException());
  }

  private static void thrown(StringValue request, StreamObserver<StringValue> answer) {
    throw Status.NOT_FOUND.withDescription("no such user").asRuntimeException();
  }

  private static void nothing(StringValue request, StreamObserver<StringValue> answer) {
    answer.onCompleted();
  }

  private static void slow(StringValue request, StreamObserver<StringValue> answer) {
    try {
      Thread.sleep(1500);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    echo(request, answer);
  }

  private static void unimplemented(StringValue request, StreamObserver<StringValue> answer) {
    ServerCalls.asyncUnimplementedUnaryCall(method("Unimplemented"), answer);
  }
}
