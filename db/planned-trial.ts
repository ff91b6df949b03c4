// A planned trial as columns: what people filter and group by, beside the whole in one JSON value.
import type { PromptShape } from '../sweep/methods/descriptor.ts';
import { descriptorOf } from '../sweep/methods/index.ts';
import type { MethodSettings } from '../sweep/methods/settings.ts';
import type { PlannedTrial } from '../sweep/plan.ts';
import { regimeColumns } from '../sweep/regime.ts';

export function columnsOf({ trial, memoryMiB: memoryMib, ...planned }: PlannedTrial) {
  return {
    ...planned,
    memoryMib,
    ...shapeOf(trial.method),
    insertionLayers: layersOf(trial.method),
    trial,
    task: trial.task.name,
    method: trial.method.method,
    ...regimeColumns(trial.regime),
    dataSeed: trial.dataSeed,
    trainSeed: trial.trainSeed,
    metric: trial.task.metric,
    bottleneck: bottleneckOf(trial.method),
    learningRate: trial.training.learningRate,
    batchSize: trial.training.batchSize,
  };
}

/** Methods without a prompt have no shape. */
function shapeOf(method: MethodSettings): PromptShape {
  const nothing = { insertionLayer: null, promptLength: null, generator: null };
  return descriptorOf(method.method).promptShape?.(method) ?? nothing;
}

function layersOf(method: MethodSettings): string | null {
  if ('insertionLayer' in method) return [method.insertionLayer].flat().join('+');
  return shapeOf(method).insertionLayer?.toString() ?? null;
}

function bottleneckOf(method: MethodSettings): number | null {
  return 'bottleneck' in method ? method.bottleneck : null;
}
