// OpenTelemetry, loaded only where an endpoint is set. Spans themselves are made with its API, which does nothing until then.
import type { Resource } from '@opentelemetry/resources';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { WorkflowClientInterceptor } from '@temporalio/client';

export interface Tracing {
  /** Carry the trace from a client into what it starts. */
  clientInterceptors: WorkflowClientInterceptor[];
  processor: SpanProcessor;
  resource: Resource;
  /** Sends what is left. */
  close(): Promise<void>;
}

export interface TracingOptions {
  /** Where spans go; absent: there is no tracing. Headers and the like are read by OpenTelemetry from its own OTEL_ variables. */
  tracesUrl?: string | undefined;
  version: string;
  /** Told once when spans do not arrive. */
  say: (text: string) => void;
}

/** Once a process. */
export async function startTracing({ tracesUrl, version, say }: TracingOptions): Promise<Tracing | null> {
  if (tracesUrl === undefined) return null;
  const [api, sdk, resources, exporters, hooks, temporal] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace-base'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/context-async-hooks'),
    import('@temporalio/interceptors-opentelemetry/lib/client/index.js'),
  ]);
  api.diag.setLogger(onceOf(say, tracesUrl), api.DiagLogLevel.ERROR);
  const own = { 'service.name': 'lpt-sweep', 'service.version': version };
  const resource = new resources.Resource({ ...own, ...resources.envDetectorSync.detect().attributes });
  const processor = new sdk.BatchSpanProcessor(new exporters.OTLPTraceExporter({ url: tracesUrl }));
  const provider = new sdk.BasicTracerProvider({ resource, spanProcessors: [processor] });
  provider.register({ contextManager: new hooks.AsyncLocalStorageContextManager().enable() });
  return {
    clientInterceptors: [new temporal.OpenTelemetryWorkflowClientInterceptor()],
    processor,
    resource,
    close: async () => {
      await provider.shutdown();
      for (const part of [api.trace, api.context, api.propagation, api.diag]) part.disable();
    },
  };
}

/** The address may hold a password: its host says enough. */
function onceOf(say: (text: string) => void, tracesUrl: string) {
  let said = false;
  const error = (): void => {
    if (!said) say(`Traces do not reach ${new URL(tracesUrl).host}: what runs is not touched by that.`);
    said = true;
  };
  const nothing = (): void => undefined;
  return { error, warn: nothing, info: nothing, debug: nothing, verbose: nothing };
}
