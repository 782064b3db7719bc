package dev.crossfade.runtime;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Files that are looked at again and again.
 *
 * <p>Their content is what counts, not their time: a Kubernetes ConfigMap or Secret is swapped by
 * links. A change counts when two looks have found the same, because a file may be seen half
 * written.
 */
public final class Watched {
  private final List<Path> files;
  private byte[] taken;
  private byte[] last;

  /** Files whose content belongs together. */
  public Watched(Path... files) {
    this.files = List.of(files);
  }

  /** What they hold, one after the other, the first time and after each change; else null. */
  public byte[] look() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Path file : files) {
      all.writeBytes(Files.readAllBytes(file));
    }
    byte[] content = all.toByteArray();
    boolean settled = taken == null || Arrays.equals(content, last);
    last = content;
    if (!settled || Arrays.equals(content, taken)) {
      return null;
    }
    taken = content;
    return content;
  }
}
