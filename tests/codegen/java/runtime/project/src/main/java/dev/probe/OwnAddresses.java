package dev.probe;

import dev.crossfade.runtime.strangler.OwnAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * Says of each line (target, host and port between tabs) whether the target is the server itself.
 */
public final class OwnAddresses {
  private OwnAddresses() {}

  /** Runs until its input ends. */
  public static void main(String[] args) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] parts = line.split("\t");
      String host = parts[1].isEmpty() ? null : parts[1];
      System.out.println(OwnAddress.isOwn(parts[0], host, Integer.parseInt(parts[2])));
    }
  }
}
