package dev.crossfade.buildqueue;

import dev.crossfade.buildqueue.v1.ConsoleInput;
import dev.crossfade.buildqueue.v1.ConsoleOutput;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The shell on an agent: answers each command; "exit" ends the session. */
final class ConsoleSession implements StreamObserver<ConsoleInput> {
  private final Store store;
  private final StreamObserver<ConsoleOutput> observer;
  private BuildRecord build;
  private int sequence;
  private boolean ended;

  ConsoleSession(Store store, StreamObserver<ConsoleOutput> observer) {
    this.store = store;
    this.observer = observer;
  }

  @Override
  public void onNext(ConsoleInput input) {
    if (ended) {
      return;
    }
    if (input.getCommand().equals("exit")) {
      onCompleted();
      return;
    }
    String text;
    try {
      text = run(Texts.words(input.getCommand()));
    } catch (ArithmeticException e) {
      ended = true;
      if (!Port.FIXED) {
        throw e;
      }
      observer.onError(Failures.inStream("integer division or modulo by zero"));
      return;
    }
    observer.onNext(ConsoleOutput.newBuilder().setSequence(sequence++).setText(text).build());
  }

  @Override
  public void onError(Throwable cause) {
    ended = true;
  }

  @Override
  public void onCompleted() {
    if (!ended) {
      ended = true;
      observer.onCompleted();
    }
  }

  private String run(List<String> args) {
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
      default -> "waited "
          + Math.floorDiv(build.queuedS() * 100, build.durationS()) + " % as long as it ran";
    };
  }

  private String attach(String id) {
    build = store.get(id).orElse(null);
    return build == null ? "no such build: " + id : "attached to " + id + " of " + build.project();
  }
}
