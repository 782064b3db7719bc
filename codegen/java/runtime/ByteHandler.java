package dev.crossfade.runtime;

import java.util.concurrent.CompletionStage;

/** A handler of any kind over messages as bytes; the typed handlers are wrapped into it. */
public interface ByteHandler {
  /** Reads and sends until the stage completes; an exception or a failed stage sets the status. */
  CompletionStage<Void> run(In<byte[]> in, Out<byte[]> out, CallContext context) throws Exception;
}
