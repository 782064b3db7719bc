package dev.crossfade.runtime.strangler;

import dev.crossfade.runtime.Bytes;
import io.grpc.HandlerRegistry;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import java.util.function.Function;

/** Sends methods that this build does not know, such as newer ones of legacy, to legacy. */
public final class Fallback extends HandlerRegistry {
  private final Function<String, ServerCallHandler<byte[], byte[]>> handlers;

  /** Answers a method with the handler that this function returns for its full name. */
  public Fallback(Function<String, ServerCallHandler<byte[], byte[]>> handlers) {
    this.handlers = handlers;
  }

  @Override
  public ServerMethodDefinition<?, ?> lookupMethod(String method, String authority) {
    MethodDescriptor<byte[], byte[]> descriptor =
        MethodDescriptor.newBuilder(Bytes.MARSHALLER, Bytes.MARSHALLER)
            .setType(MethodDescriptor.MethodType.UNKNOWN)
            .setFullMethodName(method)
            .build();
    return ServerMethodDefinition.create(descriptor, handlers.apply(method));
  }
}
