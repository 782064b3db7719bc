package dev.crossfade.buildqueue;

import dev.crossfade.buildqueue.gen.buildservice.BuildServiceBinder;
import dev.crossfade.buildqueue.rpc.buildservice.CancelBuildHandler;
import dev.crossfade.buildqueue.rpc.buildservice.ConsoleHandler;
import dev.crossfade.buildqueue.rpc.buildservice.GetBuildHandler;
import dev.crossfade.buildqueue.rpc.buildservice.GetFlakinessHandler;
import dev.crossfade.buildqueue.rpc.buildservice.ListBuildsHandler;
import dev.crossfade.buildqueue.rpc.buildservice.SearchBuildsHandler;
import dev.crossfade.buildqueue.rpc.buildservice.SubmitBuildHandler;
import dev.crossfade.buildqueue.rpc.buildservice.UploadLogHandler;
import dev.crossfade.buildqueue.rpc.buildservice.WatchBuildHandler;
import dev.crossfade.runtime.Rpc;
import java.util.ArrayList;
import java.util.List;

/** The handlers of ci.builds.v1.BuildService, one for each RPC. */
public final class BuildServiceHandlers {
  private BuildServiceHandlers() {}

  /** Each RPC with its handler; give a handler here what it needs. */
  public static List<Rpc> rpcs(Store store) {
    List<Rpc> rpcs = new ArrayList<>();
    // rpc GetBuild
    rpcs.add(BuildServiceBinder.getBuild(new GetBuildHandler(store)));
    // rpc ListBuilds
    rpcs.add(BuildServiceBinder.listBuilds(new ListBuildsHandler(store)));
    // rpc SearchBuilds
    rpcs.add(BuildServiceBinder.searchBuilds(new SearchBuildsHandler(store)));
    // rpc SubmitBuild
    rpcs.add(BuildServiceBinder.submitBuild(new SubmitBuildHandler(store)));
    // rpc CancelBuild
    rpcs.add(BuildServiceBinder.cancelBuild(new CancelBuildHandler(store)));
    // rpc WatchBuild
    rpcs.add(BuildServiceBinder.watchBuild(new WatchBuildHandler(store)));
    // rpc UploadLog
    rpcs.add(BuildServiceBinder.uploadLog(new UploadLogHandler(store)));
    // rpc Console
    rpcs.add(BuildServiceBinder.console(new ConsoleHandler(store)));
    // rpc GetFlakiness
    rpcs.add(BuildServiceBinder.getFlakiness(new GetFlakinessHandler(store)));
    return rpcs;
  }
}
