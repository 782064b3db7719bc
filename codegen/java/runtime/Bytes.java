package dev.crossfade.runtime;

import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Messages as they are on the wire: neither parsed nor serialized again. */
public final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
  /** The only instance; it has no state. */
  public static final Bytes MARSHALLER = new Bytes();

  private Bytes() {}

  @Override
  public InputStream stream(byte[] value) {
    return new Known(value);
  }

  @Override
  public byte[] parse(InputStream stream) {
    return read(stream);
  }

  /** All bytes of a message that grpc gives as a stream. */
  public static byte[] read(InputStream stream) {
    try {
      return stream instanceof KnownLength
          ? stream.readNBytes(stream.available())
          : stream.readAllBytes();
    } catch (IOException e) {
      throw Status.INTERNAL
          .withDescription("the message ended early")
          .withCause(e)
          .asRuntimeException();
    }
  }

  /** The same method with messages as bytes. */
  public static MethodDescriptor<byte[], byte[]> method(MethodDescriptor<?, ?> method) {
    return method.toBuilder(MARSHALLER, MARSHALLER).build();
  }

  private static final class Known extends ByteArrayInputStream implements KnownLength {
    Known(byte[] bytes) {
      super(bytes);
    }
  }
}
