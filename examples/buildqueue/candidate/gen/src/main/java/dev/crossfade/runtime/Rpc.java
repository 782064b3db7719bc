package dev.crossfade.runtime;

import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.Iterator;

/** One RPC: its method, its handler, and whether asking twice does no harm. */
public final class Rpc {
  private final MethodDescriptor<?, ?> method;
  private final ByteHandler handler;
  private final boolean safe;

  private Rpc(MethodDescriptor<?, ?> method, ByteHandler handler, boolean safe) {
    this.method = method;
    this.handler = handler;
    this.safe = safe;
  }

  /** One request, one answer; a handler that is null is never ported. */
  public static <Q, R> Rpc unary(MethodDescriptor<Q, R> method, UnaryRpc<Q, R> handler) {
    Codec<Q, R> codec = new Codec<>(method);
    return of(
        method,
        handler == null
            ? null
            : (in, out, context) ->
                out.send(codec.bytes(handler.handle(codec.single(in), context))));
  }

  /** One request, many messages; a handler that is null is never ported. */
  public static <Q, R> Rpc serverStream(
      MethodDescriptor<Q, R> method, ServerStreamRpc<Q, R> handler) {
    Codec<Q, R> codec = new Codec<>(method);
    return of(
        method,
        handler == null
            ? null
            : (in, out, context) -> handler.handle(codec.single(in), codec.out(out), context));
  }

  /** Many messages, one answer; a handler that is null is never ported. */
  public static <Q, R> Rpc clientStream(
      MethodDescriptor<Q, R> method, ClientStreamRpc<Q, R> handler) {
    Codec<Q, R> codec = new Codec<>(method);
    return of(
        method,
        handler == null
            ? null
            : (in, out, context) -> out.send(codec.bytes(handler.handle(codec.in(in), context))));
  }

  /** Messages both ways; a handler that is null is never ported. */
  public static <Q, R> Rpc bidi(MethodDescriptor<Q, R> method, BidiRpc<Q, R> handler) {
    Codec<Q, R> codec = new Codec<>(method);
    return of(
        method,
        handler == null
            ? null
            : (in, out, context) -> handler.handle(codec.in(in), codec.out(out), context));
  }

  private static Rpc of(MethodDescriptor<?, ?> method, ByteHandler handler) {
    return new Rpc(method, handler, method.isSafe());
  }

  /** The same, marked as safe where the contract says it by other means than idempotency_level. */
  public Rpc asSafe() {
    return new Rpc(method, handler, true);
  }

  /** The method as the contract has it. */
  public MethodDescriptor<?, ?> method() {
    return method;
  }

  /** Its full name, such as ci.builds.v1.BuildService/GetBuild. */
  public String name() {
    return method.getFullMethodName();
  }

  /** The handler over bytes; null where there is none. */
  public ByteHandler handler() {
    return handler;
  }

  /** True when the call changes nothing, so that it may be made twice. */
  public boolean isSafe() {
    return safe;
  }

  /** Messages to bytes and back, with the statuses that a Python server has for what can't be. */
  private static final class Codec<Q, R> {
    private final MethodDescriptor<Q, R> method;

    Codec(MethodDescriptor<Q, R> method) {
      this.method = method;
    }

    Q single(In<byte[]> in) {
      return parse(in.iterator().next());
    }

    Q parse(byte[] bytes) {
      try {
        return method.parseRequest(Bytes.MARSHALLER.stream(bytes));
      } catch (RuntimeException e) {
        throw Status.INTERNAL
            .withDescription("Exception deserializing request!")
            .withCause(e)
            .asRuntimeException();
      }
    }

    byte[] bytes(R message) {
      if (message == null) {
        throw Status.INTERNAL.withDescription("Failed to serialize response!").asRuntimeException();
      }
      return Bytes.read(method.streamResponse(message));
    }

    Out<R> out(Out<byte[]> out) {
      return message -> out.send(bytes(message));
    }

    In<Q> in(In<byte[]> in) {
      return () -> {
        Iterator<byte[]> messages = in.iterator();
        return new Iterator<>() {
          @Override
          public boolean hasNext() {
            return messages.hasNext();
          }

          @Override
          public Q next() {
            return parse(messages.next());
          }
        };
      };
    }
  }
}
