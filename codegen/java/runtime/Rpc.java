package dev.crossfade.runtime;

import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.Iterator;

/** One RPC: its method, its handler, and whether it is safe to call twice. */
public final class Rpc {
  private final Typed<?, ?> typed;
  private final ByteHandler handler;
  private final boolean safe;

  private Rpc(Typed<?, ?> typed, boolean safe) {
    this.typed = typed;
    this.handler = typed.handler == null ? null : typed.bytes();
    this.safe = safe;
  }

  /** One request, one answer; without a handler (null) it is never ported. */
  public static <Q, R> Rpc unary(MethodDescriptor<Q, R> method, UnaryRpc<Q, R> handler) {
    if (handler instanceof AsyncUnaryRpc<Q, R> async) {
      return of(
          method,
          (in, out, context) -> async.handleAsync(single(in), context).thenAccept(out::send));
    }
    return of(
        method,
        blocking(handler, (in, out, it, context) -> out.send(it.handle(single(in), context))));
  }

  /** One request, many messages; without a handler (null) it is never ported. */
  public static <Q, R> Rpc serverStream(
      MethodDescriptor<Q, R> method, ServerStreamRpc<Q, R> handler) {
    if (handler instanceof AsyncServerStreamRpc<Q, R> async) {
      return of(method, (in, out, context) -> async.handleAsync(single(in), out, context));
    }
    return of(
        method, blocking(handler, (in, out, it, context) -> it.handle(single(in), out, context)));
  }

  /** Many messages, one answer; without a handler (null) it is never ported. */
  public static <Q, R> Rpc clientStream(
      MethodDescriptor<Q, R> method, ClientStreamRpc<Q, R> handler) {
    return of(
        method, blocking(handler, (in, out, it, context) -> out.send(it.handle(in, context))));
  }

  /** Messages both ways; without a handler (null) it is never ported. */
  public static <Q, R> Rpc bidi(MethodDescriptor<Q, R> method, BidiRpc<Q, R> handler) {
    return of(method, blocking(handler, (in, out, it, context) -> it.handle(in, out, context)));
  }

  private static <Q, R> Rpc of(
      MethodDescriptor<Q, R> method, HandlerInterceptor.Next<Q, R> handler) {
    return new Rpc(new Typed<>(method, handler), method.isSafe());
  }

  private static <Q> Q single(In<Q> in) {
    return in.iterator().next();
  }

  /** Runs a handler of one shape. */
  private interface Shape<Q, R, H> {
    void run(In<Q> in, Out<R> out, H handler, CallContext context) throws Exception;
  }

  private static <Q, R, H> HandlerInterceptor.Next<Q, R> blocking(H handler, Shape<Q, R, H> shape) {
    return handler == null
        ? null
        : (in, out, context) -> {
          shape.run(in, out, handler, context);
          return Stages.ended();
        };
  }

  /** The same RPC, marked as safe by other means than the contract's idempotency_level. */
  public Rpc asSafe() {
    return new Rpc(typed, true);
  }

  /** The same RPC with an interceptor around its handler; the last one added is outermost. */
  public Rpc intercept(HandlerInterceptor interceptor) {
    return new Rpc(typed.around(interceptor), safe);
  }

  /** The method as the contract defines it. */
  public MethodDescriptor<?, ?> method() {
    return typed.method;
  }

  /** Its full name, such as ci.builds.v1.BuildService/GetBuild. */
  public String name() {
    return typed.method.getFullMethodName();
  }

  /** The handler over bytes; null if there is none. */
  public ByteHandler handler() {
    return handler;
  }

  /** True if the call changes nothing, so that it may be made twice. */
  public boolean isSafe() {
    return safe;
  }

  /** A method with its typed handler; {@link #bytes} adds the conversion from and to bytes. */
  private record Typed<Q, R>(MethodDescriptor<Q, R> method, HandlerInterceptor.Next<Q, R> handler) {
    Typed<Q, R> around(HandlerInterceptor interceptor) {
      return handler == null
          ? this
          : new Typed<>(
              method, (in, out, context) -> interceptor.around(method, in, out, context, handler));
    }

    ByteHandler bytes() {
      Codec<Q, R> codec = new Codec<>(method);
      return (in, out, context) -> handler.run(codec.in(in), codec.out(out), context);
    }
  }

  /** Converts messages from and to bytes, and fails with the statuses of a Python server. */
  private static final class Codec<Q, R> {
    private final MethodDescriptor<Q, R> method;

    Codec(MethodDescriptor<Q, R> method) {
      this.method = method;
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
