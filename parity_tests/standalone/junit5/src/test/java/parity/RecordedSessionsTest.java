package parity;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Each recorded session is a test: the service must answer as it was recorded.
 *
 * <p>The environment names the service: SERVICE_URL, or SERVICE_URL_HTTP for a port that is called http.
 */
final class RecordedSessionsTest {

  @TestFactory
  Stream<DynamicTest> sessions() throws IOException {
    return read("/sessions.txt").lines().map(name -> dynamicTest(name, () -> play(name)));
  }

  private static void play(String name) throws Exception {
    JsonObject session = JsonParser.parseString(read("/sessions/" + name + ".json")).getAsJsonObject();
    Values values = new Values();
    int number = 0;
    try (HttpCalls http = new HttpCalls(values);
        RpcCalls rpcs = new RpcCalls(values)) {
      for (JsonElement element : session.getAsJsonArray("calls")) {
        JsonObject call = element.getAsJsonObject();
        number++;
        JsonObject found = call.get("kind").getAsString().equals("grpc") ? rpcs.play(call) : http.play(call);
        takeGiven(values, call, found);
        List<String> differences = differences(values, call.getAsJsonObject("expected"), found);
        String where = "call " + number + ", " + call.get("route").getAsString() + ":\n";
        assertTrue(differences.isEmpty(), () -> where + String.join("\n", differences));
      }
    }
  }

  /** Learns the handles in a body that is not checked. */
  private static void takeGiven(Values values, JsonObject call, JsonObject found) {
    if (!call.has("gives")) {
      return;
    }
    for (var form : call.getAsJsonObject("gives").entrySet()) {
      for (JsonElement element : form.getValue().getAsJsonArray()) {
        JsonArray given = element.getAsJsonArray();
        values.take(given.get(1).getAsJsonPrimitive(), found.get(form.getKey()), given.get(0).getAsJsonArray());
      }
    }
  }

  private static List<String> differences(Values values, JsonObject expected, JsonObject found) {
    List<String> differences = new ArrayList<>();
    for (String part : expected.keySet()) {
      if (!part.equals("cancelled")) {
        values.compare(expected.get(part), found.get(part), part, differences);
      }
    }
    return differences;
  }

  static String read(String resource) throws IOException {
    try (InputStream stream = RecordedSessionsTest.class.getResourceAsStream(resource)) {
      if (stream == null) {
        throw new IOException("expected the resource " + resource + ", got none");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** The address of a port's service, by the environment. */
  static String url(JsonObject call) {
    String port = call.get("port").getAsString().replaceAll("[^A-Za-z0-9]", "_").toUpperCase(java.util.Locale.ROOT);
    String url = System.getenv().getOrDefault("SERVICE_URL_" + port, System.getenv("SERVICE_URL"));
    if (url == null) {
      throw new IllegalStateException(
          "set SERVICE_URL_" + port + " to the address of the service, such as http://127.0.0.1:8080");
    }
    return url;
  }
}
