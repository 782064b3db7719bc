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
  public static List<Rpc> rpcs() {
    List<Rpc> rpcs = new ArrayList<>();
    // rpc GetBuild
    rpcs.add(BuildServiceBinder.getBuild(new GetBuildHandler()));
    // rpc ListBuilds
    rpcs.add(BuildServiceBinder.listBuilds(new ListBuildsHandler()));
    // rpc SearchBuilds
    rpcs.add(BuildServiceBinder.searchBuilds(new SearchBuildsHandler()));
    // rpc SubmitBuild
    rpcs.add(BuildServiceBinder.submitBuild(new SubmitBuildHandler()));
    // rpc CancelBuild
    rpcs.add(BuildServiceBinder.cancelBuild(new CancelBuildHandler()));
    // rpc WatchBuild
    rpcs.add(BuildServiceBinder.watchBuild(new WatchBuildHandler()));
    // rpc UploadLog
    rpcs.add(BuildServiceBinder.uploadLog(new UploadLogHandler()));
    // rpc Console
    rpcs.add(BuildServiceBinder.console(new ConsoleHandler()));
    // rpc GetFlakiness
    rpcs.add(BuildServiceBinder.getFlakiness(new GetFlakinessHandler()));
    return rpcs;
  }
}
