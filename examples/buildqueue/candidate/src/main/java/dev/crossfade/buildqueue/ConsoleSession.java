package dev.crossfade.buildqueue;

import dev.crossfade.runtime.PySemantics;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The shell on an agent: one client's console. */
public final class ConsoleSession {
  private final Store store;
  private BuildRecord build;

  public ConsoleSession(Store store) {
    this.store = store;
  }

  /** Answers one command. */
  public String run(String command) {
    List<String> args = Texts.words(command);
    return "$ " + String.join(" ", args) + "\n" + (args.isEmpty() ? "" : result(args));
  }

  private String result(List<String> args) {
    String name = args.get(0);
    if (name.equals("attach")) {
      return attach(args.size() > 1 ? args.get(1) : "");
    }
    if (!List.of("env", "steps", "waited").contains(name)) {
      return name + ": command not found";
    }
    if (build == null) {
      return "attach a build first";
    }
    return switch (name) {
      case "env" -> new TreeMap<>(build.environment())
          .entrySet().stream().map(Object::toString).collect(Collectors.joining("\n"));
      case "steps" -> build.steps().stream()
          .map(BuildRecord.StepRecord::name).collect(Collectors.joining(", "));
      default -> "waited " + share() + " % as long as it ran";
    };
  }

  private long share() {
    long queued = build.queuedS() * 100L;
    return Bug.DIVISION_TEXT.isFixed()
        ? PySemantics.floorDiv(queued, build.durationS())
        : Math.floorDiv(queued, build.durationS());
  }

  private String attach(String id) {
    build = store.get(id).orElse(null);
    return build == null ? "no such build: " + id : "attached to " + id + " of " + build.project();
  }
}
