package dev.crossfade.buildqueue;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The bugs of this port. Each stands beside its fix, so that the example can show both. All are in,
 * unless BUILDQUEUE_BUGS names those that are ("cost,grep"), or BUILDQUEUE_FIXED=1 leaves none.
 */
public enum Bug {
  ACCEPTED_AT,
  ARTIFACT_URL,
  BRANCH_ORDER,
  CANCEL_REFUSAL,
  CHECKSUM,
  COMMAND_WORDS,
  COST,
  CUT_LETTERS,
  DIVISION_TEXT,
  DURATION_TEXT,
  EVENT_TIME,
  EXIT_CODE,
  FEED_ORDER,
  FINISHED_AT,
  FLAKY_RATE,
  GREP,
  LABEL_ORDER,
  LIST_TEXT,
  OFFSET_HOURS,
  PRIORITY,
  QUEUE_AVERAGE,
  SEARCH_DIGEST,
  SECONDS_TEXT,
  TAG_PARTS,
  TOTAL_BYTES,
  TRUE_TEXT;

  private static final Set<Bug> IN = in(System.getenv());

  /** Whether the port does here what legacy does. */
  public boolean isFixed() {
    return !IN.contains(this);
  }

  private static Set<Bug> in(Map<String, String> environment) {
    if ("1".equals(environment.get("BUILDQUEUE_FIXED"))) {
      return EnumSet.noneOf(Bug.class);
    }
    String named = environment.get("BUILDQUEUE_BUGS");
    if (named == null) {
      return EnumSet.allOf(Bug.class);
    }
    return Arrays.stream(named.split(","))
        .map(name -> valueOf(name.toUpperCase(Locale.ROOT)))
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Bug.class)));
  }
}
