package dev.crossfade.buildqueue;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One build as it stands in the database. */
public record BuildRecord(
    String id,
    String project,
    String branch,
    String status,
    List<String> labels,
    Map<String, String> environment,
    @JsonProperty("submitted_at_s") long submittedAtS,
    @JsonProperty("duration_s") long durationS,
    @JsonProperty("queued_s") long queuedS,
    long retries,
    @JsonProperty("offset_min") int offsetMin,
    @JsonProperty("log_bytes") long logBytes,
    @JsonProperty("exit_code") Integer exitCode,
    String failure,
    @JsonProperty("finished_at") String finishedAt,
    List<StepRecord> steps,
    List<String> agents,
    List<String> artifacts,
    TriggerRecord trigger) {

  /** One step of a build. */
  public record StepRecord(String name, @JsonProperty("took_ms") long tookMs, boolean ok) {}

  /** What began a build: exactly one is set. */
  public record TriggerRecord(
      PushRecord push, ScheduleRecord schedule, @JsonProperty("manual_by") String manualBy) {}

  /** A push to a repository. */
  public record PushRecord(String author, String commit) {}

  /** A nightly build. */
  public record ScheduleRecord(String cron) {}

  public BuildRecord withStatus(String current) {
    return withColumns(current, exitCode, 0);
  }

  /** As its columns say: status, exit code, and how many bytes of log were uploaded. */
  public BuildRecord withColumns(String current, Integer code, long uploadedBytes) {
    return new BuildRecord(
        id, project, branch, current, labels, environment, submittedAtS, durationS, queuedS,
        retries, offsetMin, logBytes + uploadedBytes, code, failure, finishedAt, steps, agents,
        artifacts, trigger);
  }

  public BuildRecord withArtifact(String name) {
    List<String> more = new ArrayList<>(artifacts);
    more.add(name);
    return new BuildRecord(
        id, project, branch, status, labels, environment, submittedAtS, durationS, queuedS,
        retries, offsetMin, logBytes, exitCode, failure, finishedAt, steps, agents, more, trigger);
  }
}
