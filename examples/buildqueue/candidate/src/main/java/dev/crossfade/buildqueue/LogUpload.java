package dev.crossfade.buildqueue;

import com.google.protobuf.ByteString;
import dev.crossfade.buildqueue.v1.LogChunk;
import dev.crossfade.buildqueue.v1.UploadLogResponse;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Takes a log in chunks; at its end stores it and answers with its size and digest. */
final class LogUpload implements StreamObserver<LogChunk> {
  private final Store store;
  private final StreamObserver<UploadLogResponse> observer;
  private final StringBuilder text = new StringBuilder();
  private ByteString data = ByteString.EMPTY;
  private String buildId = "";
  private int chunks;
  private boolean ended;

  LogUpload(Store store, StreamObserver<UploadLogResponse> observer) {
    this.store = store;
    this.observer = observer;
  }

  @Override
  public void onNext(LogChunk chunk) {
    if (ended) {
      return;
    }
    if (chunks > 0 && !buildId.equals(chunk.getBuildId())) {
      ended = true;
      String description = "the log is of " + buildId;
      observer.onError(Failures.badField("build_id", description, "one log at a time"));
      return;
    }
    buildId = chunk.getBuildId();
    data = data.concat(chunk.getData());
    text.append(chunk.getData().toString(StandardCharsets.UTF_8));
    chunks++;
  }

  @Override
  public void onError(Throwable cause) {
    ended = true; // the client went away: nobody waits for an answer
  }

  @Override
  public void onCompleted() {
    if (ended) {
      return;
    }
    if (!store.appendLog(buildId, data.toByteArray())) {
      observer.onError(Failures.noSuchBuild(buildId));
      return;
    }
    observer.onNext(
        UploadLogResponse.newBuilder()
            .setBytes(data.size())
            .setChunks(chunks)
            .setSha256(sha256())
            .setLastLine(lastLine(text()))
            .build());
    observer.onCompleted();
  }

  private String text() {
    return Port.FIXED ? data.toString(StandardCharsets.UTF_8) : text.toString();
  }

  private String sha256() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(data.toByteArray()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String lastLine(String text) {
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) == '\n') {
      end--;
    }
    return text.substring(text.lastIndexOf('\n', end - 1) + 1, end);
  }
}
