package dev.crossfade.runtime;

import java.lang.reflect.Proxy;
import java.util.logging.Level;

/**
 * Handles SIGTERM, so that a clean shutdown has exit code 0: by default a JVM exits with 143
 * whatever its shutdown hooks did.
 *
 * <p>sun.misc.Signal is the only way, and javac warns about it, so it is called by reflection. If
 * it is missing, or -Xrs forbids it, the shutdown hook drains instead.
 */
final class Sigterm {
  private Sigterm() {}

  static void onSignal(Runnable task) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object starts =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "handle" -> {
                      Thread thread = new Thread(task, "sigterm");
                      thread.setDaemon(false); // the JVM waits for it
                      thread.start();
                      yield null;
                    }
                    case "equals" -> proxy == arguments[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    default -> "Sigterm";
                  });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance("TERM"), starts);
    } catch (ReflectiveOperationException | RuntimeException e) {
      Log.event(Level.INFO, "sigterm.not_taken", "because", e.toString());
    }
  }
}
