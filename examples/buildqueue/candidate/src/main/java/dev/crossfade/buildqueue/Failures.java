package dev.crossfade.buildqueue;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.PreconditionFailure;
import com.google.rpc.ResourceInfo;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.Locale;

/** The statuses of the service, each with a google.rpc detail. */
public final class Failures {
  private Failures() {}

  public static StatusRuntimeException noSuchBuild(String id) {
    return failure(
        Code.NOT_FOUND,
        "no such build: " + id,
        ResourceInfo.newBuilder().setResourceType("build").setResourceName(id).build());
  }

  public static StatusRuntimeException noBuilds(String project) {
    return failure(
        Code.NOT_FOUND,
        "no builds in '" + project + "'",
        ResourceInfo.newBuilder().setResourceType("project").setResourceName(project).build());
  }

  public static StatusRuntimeException badField(String field, String description, String message) {
    BadRequest detail =
        BadRequest.newBuilder()
            .addFieldViolations(
                BadRequest.FieldViolation.newBuilder().setField(field).setDescription(description))
            .build();
    return failure(Code.INVALID_ARGUMENT, message, detail);
  }

  public static StatusRuntimeException finished(BuildRecord build) {
    PreconditionFailure detail =
        PreconditionFailure.newBuilder()
            .addViolations(
                PreconditionFailure.Violation.newBuilder()
                    .setType("STATUS")
                    .setSubject(build.id())
                    .setDescription(build.status()))
            .build();
    String status = build.status().toLowerCase(Locale.ROOT);
    return failure(Code.FAILED_PRECONDITION, "build " + build.id() + " is " + status, detail);
  }

  private static StatusRuntimeException failure(Code code, String message, Message detail) {
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(code.getNumber())
            .setMessage(message)
            .addDetails(Any.pack(detail))
            .build());
  }
}
