package dev.crossfade.runtime;

import io.grpc.MethodDescriptor;
import java.util.Iterator;
import java.util.concurrent.CompletionStage;

/** Checks each request before its handler runs; throws the status that the client gets. */
public interface RequestCheck extends HandlerInterceptor {
  /** Returns if the request is valid. */
  <Q> void check(MethodDescriptor<Q, ?> method, Q request, CallContext context) throws Exception;

  @Override
  default <Q, R> CompletionStage<Void> around(
      MethodDescriptor<Q, R> method, In<Q> in, Out<R> out, CallContext context, Next<Q, R> next)
      throws Exception {
    return next.run(() -> checked(method, in.iterator(), context), out, context);
  }

  private <Q> Iterator<Q> checked(
      MethodDescriptor<Q, ?> method, Iterator<Q> requests, CallContext context) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return requests.hasNext();
      }

      @Override
      public Q next() {
        Q request = requests.next();
        try {
          check(method, request, context);
        } catch (RuntimeException e) {
          throw e;
        } catch (Exception e) {
          throw Stages.unchecked(e);
        }
        return request;
      }
    };
  }
}
