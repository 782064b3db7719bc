package dev.crossfade.runtime.strangler;

import dev.crossfade.runtime.Config;
import dev.crossfade.runtime.ErrorTable;
import dev.crossfade.runtime.Log;
import io.grpc.Channel;
import java.util.concurrent.ScheduledExecutorService;
import java.util.logging.Level;

/** Everything that comparisons need, from start to close. */
public final class CompareService {
  private final Comparer comparer;
  private final IngestLink link;

  private CompareService(Comparer comparer, IngestLink link) {
    this.comparer = comparer;
    this.link = link;
  }

  /** Null if no crossfade receives the evidence: then no call is made twice. */
  public static CompareService open(
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
    LegacyCaller legacyCaller = new LegacyCaller(legacy, settings.compareTimeout());
    String hello = IngestLines.hello(config.service(), config.build());
    IngestLink link = new IngestLink(settings.ingest(), hello, evidence, settings.ingestFlush());
    link.start();
    return new CompareService(new Comparer(settings, evidence, replay, legacyCaller), link);
  }

  /** Compares calls. */
  public Comparer comparer() {
    return comparer;
  }

  /** Gives running comparisons a moment to end, then sends the rest of the evidence. */
  public void close() {
    try {
      comparer.close();
      link.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
