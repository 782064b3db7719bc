package dev.crossfade.runtime;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Files that are polled for changes.
 *
 * <p>Their content is compared, not their time: Kubernetes swaps a ConfigMap or Secret by links. A
 * change counts once two polls read the same content, because a file may be seen half written.
 */
public final class WatchedFiles {
  private final List<Path> files;
  private byte[] current;
  private byte[] last;

  /** Files whose content belongs together. */
  public WatchedFiles(Path... files) {
    this.files = List.of(files);
  }

  /** Their concatenated content, the first time and after each change; else null. */
  public byte[] poll() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Path file : files) {
      all.writeBytes(Files.readAllBytes(file));
    }
    byte[] content = all.toByteArray();
    boolean settled = current == null || Arrays.equals(content, last);
    last = content;
    if (!settled || Arrays.equals(content, current)) {
      return null;
    }
    current = content;
    return content;
  }
}
