package dev.crossfade.runtime;

import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.opentelemetry.GrpcOpenTelemetry;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.OpenTelemetrySdkBuilder;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.List;
import java.util.logging.Level;

/**
 * Metrics and traces with OpenTelemetry, if an endpoint is set, under gRPC's own names, which
 * grpcio also uses. Handlers find it as GlobalOpenTelemetry.
 *
 * <p>grpc.server.call.duration and the like have no attribute for the mode of a call; the histogram
 * crossfade.server.call.duration has it, and the side that served the call.
 */
public final class Telemetry {
  // this flag enables grpc-java's spans (gRFC A72)
  private static final String TRACING = "GRPC_EXPERIMENTAL_ENABLE_OTEL_TRACING";
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("grpc.method");
  private static final AttributeKey<String> STATUS = AttributeKey.stringKey("grpc.status");
  private static final AttributeKey<String> MODE = AttributeKey.stringKey("crossfade.mode");
  private static final AttributeKey<String> SIDE = AttributeKey.stringKey("crossfade.served_by");
  private static final List<Double> BOUNDS_S = // those of grpc.server.call.duration (gRFC A66)
      List.of(
          0.0, 0.00001, 0.00005, 0.0001, 0.0003, 0.0006, 0.0008, 0.001, 0.002, 0.003, 0.004, 0.005,
          0.006, 0.008, 0.01, 0.013, 0.016, 0.02, 0.025, 0.03, 0.04, 0.05, 0.065, 0.08, 0.1, 0.13,
          0.16, 0.2, 0.25, 0.3, 0.4, 0.5, 0.65, 0.8, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0);

  private final OpenTelemetrySdk sdk;
  private final GrpcOpenTelemetry grpc;
  private final DoubleHistogram duration;

  private Telemetry(OpenTelemetrySdk sdk) {
    this.sdk = sdk;
    this.grpc = sdk == null ? null : GrpcOpenTelemetry.newBuilder().sdk(sdk).build();
    this.duration = sdk == null ? null : histogram(sdk);
  }

  /** Starts sending if an endpoint is set; else everything here does nothing. */
  static Telemetry start(Config config) {
    if (config.otlpEndpoint() == null) {
      return new Telemetry(null);
    }
    boolean traces = config.tracesPct() != null;
    System.setProperty(TRACING, String.valueOf(traces)); // before the class that reads it is loaded
    String endpoint = config.otlpEndpoint().replaceAll("/+$", "");
    Attributes name = Attributes.of(AttributeKey.stringKey("service.name"), config.service());
    Resource resource = Resource.getDefault().merge(Resource.create(name));
    OpenTelemetrySdkBuilder builder =
        OpenTelemetrySdk.builder()
            .setMeterProvider(meters(endpoint + "/v1/metrics", config, resource));
    if (traces) {
      builder
          .setTracerProvider(tracers(endpoint + "/v1/traces", config, resource))
          .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()));
    }
    OpenTelemetrySdk sdk = builder.build();
    try {
      GlobalOpenTelemetry.set(sdk);
    } catch (IllegalStateException e) {
      Log.event(
          Level.WARNING, "telemetry.not_global", "because", "another OpenTelemetry was set before");
    }
    return new Telemetry(sdk);
  }

  private static SdkMeterProvider meters(String endpoint, Config config, Resource resource) {
    return SdkMeterProvider.builder()
        .setResource(resource)
        .registerMetricReader(
            PeriodicMetricReader.builder(
                    OtlpHttpMetricExporter.builder().setEndpoint(endpoint).build())
                .setInterval(config.metricsInterval())
                .build())
        .build();
  }

  private static SdkTracerProvider tracers(String endpoint, Config config, Resource resource) {
    return SdkTracerProvider.builder()
        .setResource(resource)
        .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(config.tracesPct() / 100)))
        .addSpanProcessor(
            BatchSpanProcessor.builder(OtlpHttpSpanExporter.builder().setEndpoint(endpoint).build())
                .build())
        .build();
  }

  private static DoubleHistogram histogram(OpenTelemetrySdk sdk) {
    return sdk.getMeter("crossfade")
        .histogramBuilder("crossfade.server.call.duration")
        .setDescription("Duration of calls by mode and by the side that served them")
        .setUnit("s")
        .setExplicitBucketBoundariesAdvice(BOUNDS_S)
        .build();
  }

  void server(NettyServerBuilder builder) {
    if (grpc != null) {
      grpc.configureServerBuilder(builder);
    }
  }

  /** Measures the calls of a channel. */
  public void channel(NettyChannelBuilder builder) {
    if (grpc != null) {
      grpc.configureChannelBuilder(builder);
    }
  }

  /** Records a call that has ended. */
  public void call(String method, String mode, String servedBy, Status status, long nanos) {
    if (duration != null) {
      String code = status.getCode().name();
      duration.record(
          nanos / 1e9, Attributes.of(METHOD, method, STATUS, code, MODE, mode, SIDE, servedBy));
    }
  }

  /** Sends the rest and stops. */
  void close() {
    if (sdk != null) {
      sdk.close();
    }
  }
}
