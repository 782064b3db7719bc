// ci/builds/v1/builds.proto, service ci.builds.v1.BuildService
// Yours: crossfade made it once and never changes it.
package dev.crossfade.buildqueue.rpc.buildservice;

import com.google.protobuf.ByteString;
import dev.crossfade.buildqueue.Bug;
import dev.crossfade.buildqueue.Calls;
import dev.crossfade.buildqueue.Failures;
import dev.crossfade.buildqueue.Store;
import dev.crossfade.buildqueue.gen.buildservice.UploadLog;
import dev.crossfade.buildqueue.v1.LogChunk;
import dev.crossfade.buildqueue.v1.UploadLogResponse;
import dev.crossfade.runtime.CallContext;
import dev.crossfade.runtime.In;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Appends to a build's log what was sent until the half close; all chunks name one build.
 * INVALID_ARGUMENT as soon as one names another; NOT_FOUND when there is none.
 *
 * <p>In Python: rpc.py:120.
 *
 * <p>Statuses that it sets: INVALID_ARGUMENT, NOT_FOUND.
 */
public final class UploadLogHandler implements UploadLog {
  private final Store store;

  public UploadLogHandler(Store store) {
    this.store = store;
  }

  @Override
  public UploadLogResponse handle(In<LogChunk> in, CallContext context)
      throws NoSuchAlgorithmException {
    Calls.greet(context);
    ByteString data = ByteString.EMPTY;
    StringBuilder text = new StringBuilder();
    String buildId = "";
    int chunks = 0;
    for (LogChunk chunk : in) {
      if (chunks > 0 && !buildId.equals(chunk.getBuildId())) {
        throw Failures.badField("build_id", "the log is of " + buildId, "one log at a time");
      }
      buildId = chunk.getBuildId();
      data = data.concat(chunk.getData());
      text.append(chunk.getData().toString(StandardCharsets.UTF_8));
      chunks++;
    }
    if (!store.appendLog(buildId, data.toByteArray())) {
      throw Failures.noSuchBuild(buildId);
    }
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    String log =
        Bug.CUT_LETTERS.isFixed() ? data.toString(StandardCharsets.UTF_8) : text.toString();
    return UploadLogResponse.newBuilder()
        .setBytes(data.size())
        .setChunks(chunks)
        .setSha256(HexFormat.of().formatHex(digest.digest(data.toByteArray())))
        .setLastLine(lastLine(log))
        .build();
  }

  private static String lastLine(String text) {
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) == '\n') {
      end--;
    }
    return text.substring(text.lastIndexOf('\n', end - 1) + 1, end);
  }
}
