package parity;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Calls methods with messages as JSON, by the descriptors of the contract. */
final class RpcCalls implements AutoCloseable {
  private static final int TIMEOUT_S = 30;

  private final Map<String, ManagedChannel> channels = new HashMap<>();
  private final Values values;
  private Map<String, FileDescriptor> files;

  RpcCalls(Values values) {
    this.values = values;
  }

  /** Code, message and messages of the answer. */
  JsonObject play(JsonObject call) throws Exception {
    JsonObject request = call.getAsJsonObject("request");
    MethodDescriptor method = method(request.get("rpc").getAsString());
    JsonObject expected = call.getAsJsonObject("expected");
    int take = expected.has("cancelled") ? expected.get("cancelled").getAsInt() : Integer.MAX_VALUE;
    List<DynamicMessage> messages = new ArrayList<>();
    for (JsonElement message : values.filled(request.get("messages")).getAsJsonArray()) {
      DynamicMessage.Builder builder = DynamicMessage.newBuilder(method.getInputType());
      JsonFormat.parser().usingTypeRegistry(types()).merge(message.toString(), builder);
      messages.add(builder.build());
    }
    Answer answer = new Answer(take);
    ClientCall<DynamicMessage, DynamicMessage> stream =
        channel(RecordedSessionsTest.url(call))
            .newCall(typed(method), CallOptions.DEFAULT.withDeadlineAfter(TIMEOUT_S, TimeUnit.SECONDS));
    answer.call = stream;
    stream.start(answer, metadata(request.getAsJsonArray("metadata")));
    stream.request(1);
    messages.forEach(stream::sendMessage);
    stream.halfClose();
    return parts(answer, answer.ended.get(2L * TIMEOUT_S, TimeUnit.SECONDS));
  }

  private JsonObject parts(Answer answer, Status status) throws Exception {
    JsonObject found = new JsonObject();
    found.addProperty("code", status.getCode().name());
    found.addProperty("message", status.getDescription() == null ? "" : status.getDescription());
    JsonArray messages = new JsonArray();
    JsonFormat.Printer printer =
        JsonFormat.printer()
            .usingTypeRegistry(types())
            .preservingProtoFieldNames()
            .alwaysPrintFieldsWithNoPresence();
    for (DynamicMessage message : answer.messages) {
      messages.add(JsonParser.parseString(printer.print(message)));
    }
    found.add("messages", messages);
    return found;
  }

  private static io.grpc.MethodDescriptor<DynamicMessage, DynamicMessage> typed(MethodDescriptor method) {
    return io.grpc.MethodDescriptor.<DynamicMessage, DynamicMessage>newBuilder()
        .setType(
            method.isClientStreaming()
                ? method.isServerStreaming()
                    ? io.grpc.MethodDescriptor.MethodType.BIDI_STREAMING
                    : io.grpc.MethodDescriptor.MethodType.CLIENT_STREAMING
                : method.isServerStreaming()
                    ? io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING
                    : io.grpc.MethodDescriptor.MethodType.UNARY)
        .setFullMethodName(method.getService().getFullName() + "/" + method.getName())
        .setRequestMarshaller(ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(method.getInputType())))
        .setResponseMarshaller(ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(method.getOutputType())))
        .build();
  }

  private Metadata metadata(JsonArray fields) {
    Metadata metadata = new Metadata();
    for (JsonElement field : fields) {
      String name = field.getAsJsonArray().get(0).getAsString();
      if (!name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
        metadata.put(
            Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER),
            values.filled(field.getAsJsonArray().get(1).getAsString()));
      }
    }
    return metadata;
  }

  private ManagedChannel channel(String url) {
    return channels.computeIfAbsent(
        url, key -> ManagedChannelBuilder.forTarget(URI.create(key).getAuthority()).usePlaintext().build());
  }

  private MethodDescriptor method(String rpc) throws Exception {
    String service = rpc.substring(0, rpc.indexOf('/'));
    for (FileDescriptor file : files().values()) {
      var found = file.findServiceByName(service.substring(service.lastIndexOf('.') + 1));
      if (found != null && found.getFullName().equals(service)) {
        return found.findMethodByName(rpc.substring(rpc.indexOf('/') + 1));
      }
    }
    throw new IllegalStateException("the contract has no service " + service);
  }

  private TypeRegistry types() throws Exception {
    TypeRegistry.Builder types = TypeRegistry.newBuilder();
    for (FileDescriptor file : files().values()) {
      for (Descriptor type : file.getMessageTypes()) {
        types.add(type);
      }
    }
    return types.build();
  }

  private Map<String, FileDescriptor> files() throws IOException, DescriptorValidationException {
    if (files == null) {
      Map<String, FileDescriptorProto> protos = new HashMap<>();
      read().getFileList().forEach(file -> protos.put(file.getName(), file));
      files = new HashMap<>();
      for (String name : protos.keySet()) {
        build(name, protos);
      }
    }
    return files;
  }

  private FileDescriptor build(String name, Map<String, FileDescriptorProto> protos)
      throws DescriptorValidationException {
    if (!files.containsKey(name)) {
      FileDescriptorProto proto = protos.get(name);
      List<FileDescriptor> imports = new ArrayList<>();
      for (String dependency : proto.getDependencyList()) {
        imports.add(build(dependency, protos));
      }
      files.put(name, FileDescriptor.buildFrom(proto, imports.toArray(new FileDescriptor[0])));
    }
    return files.get(name);
  }

  private static FileDescriptorSet read() throws IOException {
    try (InputStream stream = RpcCalls.class.getResourceAsStream("/contract.binpb")) {
      if (stream == null) {
        throw new InvalidProtocolBufferException("expected the resource /contract.binpb, got none");
      }
      return FileDescriptorSet.parseFrom(stream);
    }
  }

  @Override
  public void close() {
    channels.values().forEach(ManagedChannel::shutdownNow);
  }

  /** Collects an answer; after {@code take} messages the client leaves. */
  private static final class Answer extends ClientCall.Listener<DynamicMessage> {
    final List<DynamicMessage> messages = new ArrayList<>();
    final CompletableFuture<Status> ended = new CompletableFuture<>();
    ClientCall<DynamicMessage, DynamicMessage> call;
    private final int take;

    Answer(int take) {
      this.take = take;
    }

    @Override
    public void onMessage(DynamicMessage message) {
      messages.add(message);
      if (messages.size() >= take) {
        call.cancel("read enough", null);
      } else {
        call.request(1);
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      ended.complete(status);
    }
  }
}
