// What Temporal's workers need to hand a trace on: through headers, from workflow to workflow to activity.
import { createRequire } from 'node:module';
import type { WorkerOptions } from '@temporalio/worker';
import type { Tracing } from '../runtime/tracing.ts';

const PACKAGE = '@temporalio/interceptors-opentelemetry';

export type WorkerTracing = Pick<WorkerOptions, 'interceptors' | 'sinks'>;

export async function workerTracing({ processor, resource }: Tracing): Promise<WorkerTracing> {
  const temporal = await import('@temporalio/interceptors-opentelemetry/lib/worker/index.js');
  return {
    interceptors: {
      activity: [(context) => ({ inbound: new temporal.OpenTelemetryActivityInboundInterceptor(context) })],
    },
    sinks: { exporter: temporal.makeWorkflowExporter(processor, resource) },
  };
}

/** Goes into the bundle of workflows; it adds headers and no commands, so that histories replay with it and without. */
export function tracingModules(): string[] {
  return [createRequire(import.meta.url).resolve(`${PACKAGE}/lib/workflow-interceptors`)];
}
