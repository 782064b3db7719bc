package dev.crossfade.runtime;

import io.grpc.MethodDescriptor;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;

public final class Rpc {
  final ServerMethodDefinition<?, ?> definition;

  private Rpc(ServerMethodDefinition<?, ?> definition) {
    this.definition = definition;
  }

  public Rpc asSafe() {
    return this;
  }

  public static <Q, R> Rpc unary(MethodDescriptor<Q, R> method, UnaryRpc<Q, R> handler) {
    return of(method, (in, out) -> out.send(handler.handle(in.iterator().next(), null)));
  }

  public static <Q, R> Rpc serverStream(MethodDescriptor<Q, R> method, ServerStreamRpc<Q, R> handler) {
    return of(method, (in, out) -> handler.handle(in.iterator().next(), out, null));
  }

  public static <Q, R> Rpc clientStream(MethodDescriptor<Q, R> method, ClientStreamRpc<Q, R> handler) {
    return of(method, (in, out) -> out.send(handler.handle(in, null)));
  }

  public static <Q, R> Rpc bidi(MethodDescriptor<Q, R> method, BidiRpc<Q, R> handler) {
    return of(method, (in, out) -> handler.handle(in, out, null));
  }

  private interface Body<Q, R> {
    void run(In<Q> in, Out<R> out) throws Exception;
  }

  private static <Q, R> Rpc of(MethodDescriptor<Q, R> method, Body<Q, R> body) {
    ServerCallHandler<Q, R> calls = ServerCalls.asyncBidiStreamingCall(out -> collect(body, out));
    return new Rpc(ServerMethodDefinition.create(method, calls));
  }

  private static <Q, R> StreamObserver<Q> collect(Body<Q, R> body, StreamObserver<R> out) {
    List<Q> messages = new ArrayList<>();
    return new StreamObserver<>() {
      @Override
      public void onNext(Q message) {
        messages.add(message);
      }

      @Override
      public void onError(Throwable t) {}

      @Override
      public void onCompleted() {
        try {
          body.run(messages::iterator, out::onNext);
          out.onCompleted();
        } catch (NotPortedException e) {
          out.onError(Status.UNIMPLEMENTED.withDescription("not ported").asRuntimeException());
        } catch (Exception e) {
          out.onError(Status.UNKNOWN.withDescription(e.toString()).asRuntimeException());
        }
      }
    };
  }
}
