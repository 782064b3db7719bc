import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.io.ByteArrayInputStream;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** Asks in the ways of java.net.http and prints what it got, one line an answer. */
public final class JavaClient {
  public static void main(String[] args) throws Exception {
    HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.valueOf(args[1]))
            .sslContext(trusting())
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    String base = args[0];
    ask(client, request(base + "/get?x=%20a").header("X-B", "2").header("x-a", "1").header("X-B", "1").GET());
    ask(client, request(base + "/head").method("HEAD", BodyPublishers.noBody()));
    ask(client, request(base + "/sized").POST(BodyPublishers.ofString("sized body")));
    ask(client, request(base + "/chunked").POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[70_000]))));
    ask(client, request(base + "/expect").expectContinue(true).POST(BodyPublishers.ofString("expected body")));
  }

  private static HttpRequest.Builder request(String uri) {
    return HttpRequest.newBuilder(URI.create(uri)).timeout(Duration.ofSeconds(20));
  }

  private static void ask(HttpClient client, HttpRequest.Builder request) throws Exception {
    HttpResponse<byte[]> answer = client.send(request.build(), BodyHandlers.ofByteArray());
    System.out.println(
        answer.version() + " " + answer.statusCode() + " " + answer.headers().map() + " " + answer.body().length);
  }

  private static SSLContext trusting() throws Exception {
    X509TrustManager all =
        new X509TrustManager() {
          @Override
          public void checkClientTrusted(X509Certificate[] chain, String type) {}

          @Override
          public void checkServerTrusted(X509Certificate[] chain, String type) {}

          @Override
          public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
          }
        };
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {all}, null);
    return context;
  }
}
