package dev.crossfade.runtime.strangler;

import dev.crossfade.runtime.Config;
import dev.crossfade.runtime.ErrorTable;
import dev.crossfade.runtime.Log;
import io.grpc.Channel;
import java.util.concurrent.ScheduledExecutorService;
import java.util.logging.Level;

/** All that comparing needs, from its start to its end. */
public final class Comparing {
  private final Comparer comparer;
  private final IngestLink link;

  private Comparing(Comparer comparer, IngestLink link) {
    this.comparer = comparer;
    this.link = link;
  }

  /** Null where no crossfade takes the evidence: then nothing is asked twice. */
  public static Comparing open(
      Config config,
      LegacyConfig settings,
      ErrorTable errors,
      Channel legacy,
      ScheduledExecutorService timer) {
    if (settings.ingest() == null) {
      Log.event(Level.INFO, "compare.off", "because", "CROSSFADE_INGEST is not set");
      return null;
    }
    Evidence evidence = new Evidence();
    Replay replay = new Replay(errors, settings.compareTimeout(), timer);
    Question question = new Question(legacy, settings.compareTimeout());
    String hello = IngestLines.hello(config.service(), config.build());
    IngestLink link = new IngestLink(settings.ingest(), hello, evidence, settings.ingestFlush());
    link.start();
    return new Comparing(new Comparer(settings, evidence, replay, question), link);
  }

  /** Compares calls. */
  public Comparer comparer() {
    return comparer;
  }

  /** Gives comparisons that run a moment, then sends what is known. */
  public void close() {
    try {
      comparer.close();
      link.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
