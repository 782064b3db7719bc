package dev.crossfade.runtime;

import java.util.concurrent.CompletionStage;

/** A handler of any kind, over messages as bytes: what the others are made into. */
public interface ByteHandler {
  /** Reads and sends until the stage ends; what it throws or fails with is the call's status. */
  CompletionStage<Void> run(In<byte[]> in, Out<byte[]> out, CallContext context) throws Exception;
}
