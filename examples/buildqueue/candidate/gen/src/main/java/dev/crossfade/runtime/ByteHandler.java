package dev.crossfade.runtime;

/** A handler of any of the four kinds, over messages as bytes: what the others are made into. */
public interface ByteHandler {
  /** Reads, sends and returns; what it throws becomes the status of the call. */
  void run(In<byte[]> in, Out<byte[]> out, CallContext context) throws Exception;
}
