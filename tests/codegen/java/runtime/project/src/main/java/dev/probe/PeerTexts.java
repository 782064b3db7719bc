package dev.probe;

import dev.crossfade.runtime.Peer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Says of each line, an address, how a peer there is told. */
public final class PeerTexts {
  private PeerTexts() {}

  /** Runs until its input ends. */
  public static void main(String[] args) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(line), 7);
      System.out.println(new Peer(address, List.of()).text());
    }
  }
}
