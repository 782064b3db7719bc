package dev.crossfade.buildqueue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Durations;
import dev.crossfade.buildqueue.v1.Build;
import dev.crossfade.buildqueue.v1.BuildEvent;
import dev.crossfade.buildqueue.v1.Status;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** Builds as messages. */
public final class Messages {
  private Messages() {}

  public static Status status(BuildRecord build) {
    return Status.valueOf("STATUS_" + build.status());
  }

  public static Build message(BuildRecord build) {
    Build.Builder message =
        Build.newBuilder()
            .setId(build.id())
            .setProject(build.project())
            .setBranch(build.branch())
            .setStatus(status(build))
            .addAllLabels(Texts.sortedLabels(build.labels()))
            .putAllEnvironment(build.environment())
            .setSubmittedAt(Timestamp.newBuilder().setSeconds(build.submittedAtS()))
            .setUtcOffsetHours(Texts.offsetHours(build.offsetMin()))
            .setLogBytes(build.logBytes())
            .addAllAgents(Texts.answered(build.agents()));
    if (build.durationS() != 0) {
      message.setDuration(Duration.newBuilder().setSeconds(build.durationS()));
      message.setDurationText(Texts.duration(build.durationS()));
    }
    if (build.failure() != null) {
      message.setFailure(build.failure());
    }
    for (BuildRecord.StepRecord step : build.steps()) {
      message
          .addStepsBuilder()
          .setName(step.name())
          .setOk(step.ok())
          .setTook(Durations.fromMillis(step.tookMs()));
    }
    setTrigger(message, build.trigger());
    return message.build();
  }

  /** What a watcher sees: that it was queued, each step, how it ended. */
  public static List<BuildEvent> events(BuildRecord build) {
    List<BuildEvent> events = new ArrayList<>();
    add(events, "QUEUED", "queued for " + build.queuedS() + " s");
    if (build.status().equals("QUEUED")) {
      return events;
    }
    for (BuildRecord.StepRecord step : build.steps()) {
      add(events, "RUNNING", step.name() + ": " + Texts.seconds(step.tookMs()) + " s");
    }
    String status = build.status().toLowerCase(Locale.ROOT);
    add(events, build.status(), build.failure() == null ? status : build.failure());
    return events;
  }

  private static void add(List<BuildEvent> events, String status, String line) {
    events.add(
        BuildEvent.newBuilder()
            .setSequence(events.size())
            .setStatus(Status.valueOf("STATUS_" + status))
            .setLine(line)
            .build());
  }

  private static void setTrigger(Build.Builder message, BuildRecord.TriggerRecord trigger) {
    if (trigger.push() != null) {
      message
          .getPushBuilder()
          .setAuthor(trigger.push().author())
          .setCommit(ByteString.copyFrom(HexFormat.of().parseHex(trigger.push().commit())));
    } else if (trigger.schedule() != null) {
      message.getScheduleBuilder().setCron(trigger.schedule().cron());
    } else {
      message.setManualBy(trigger.manualBy());
    }
  }
}
