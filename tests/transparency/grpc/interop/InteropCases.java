import io.grpc.testing.integration.TestServiceClient;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/** Runs interop cases one after the other in one JVM: PORT USE_OKHTTP CASE... One line for each case. */
public final class InteropCases {
  private InteropCases() {}

  public static void main(String[] args) {
    for (int i = 2; i < args.length; i++) {
      System.out.println("case " + args[i] + " " + outcome(args[0], args[1], args[i]));
    }
    System.exit(0); // channels of a failed case may still have threads
  }

  private static String outcome(String port, String useOkHttp, String name) {
    TestServiceClient client = new TestServiceClient();
    String[] options = {
      "--server_host=127.0.0.1",
      "--server_port=" + port,
      "--use_tls=false",
      "--use_okhttp=" + useOkHttp,
      "--test_case=" + name,
    };
    try {
      call(client, "parseArgs", (Object) options);
      call(client, "setUp");
      try {
        Class<?> cases = Class.forName("io.grpc.testing.integration.TestCases");
        Object which = cases.getMethod("fromString", String.class).invoke(null, name);
        call(client, "runTest", which);
        return "passed";
      } finally {
        call(client, "tearDown");
      }
    } catch (InvocationTargetException e) {
      return "failed: " + String.valueOf(e.getCause()).replace('\n', ' ');
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("another grpc-interop-testing than this was written for", e);
    }
  }

  private static void call(TestServiceClient client, String name, Object... arguments)
      throws ReflectiveOperationException {
    for (Method method : TestServiceClient.class.getDeclaredMethods()) {
      if (method.getName().equals(name) && method.getParameterCount() == arguments.length) {
        method.setAccessible(true);
        method.invoke(client, arguments);
        return;
      }
    }
    throw new NoSuchMethodException(name);
  }
}
