package dev.crossfade.runtime;

import io.grpc.MethodDescriptor;
import java.util.concurrent.CompletionStage;

/**
 * Stands around handlers, with typed messages: for validation, access, auditing. See {@link
 * Rpc#intercept}.
 *
 * <p>It runs where the handler runs, and so not for calls that legacy answers. To refuse a call,
 * throw what the handler would have thrown.
 */
public interface HandlerInterceptor {
  /** What comes behind an interceptor; one message alone counts as a stream of one. */
  interface Next<Q, R> {
    /** Runs it; the stage ends when it has. */
    CompletionStage<Void> run(In<Q> in, Out<R> out, CallContext context) throws Exception;
  }

  /** Runs a call: passes on what it was given, or something around it. */
  <Q, R> CompletionStage<Void> around(
      MethodDescriptor<Q, R> method, In<Q> in, Out<R> out, CallContext context, Next<Q, R> next)
      throws Exception;
}
