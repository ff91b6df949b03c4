// A planned trial as columns: what people filter and group by, beside the whole in one JSON value.
import type { PromptShape } from '../sweep/methods/descriptor.ts';
import { descriptorOf } from '../sweep/methods/index.ts';
import type { PlannedTrial } from '../sweep/plan.ts';
import { regimeColumns } from '../sweep/regime.ts';
import type { MethodSettings } from '../sweep/trial.ts';

export function columnsOf({ trial, memoryMiB: memoryMib, ...planned }: PlannedTrial) {
  return {
    ...planned,
    memoryMib,
    ...shapeOf(trial.method),
    trial,
    task: trial.task.name,
    method: trial.method.method,
    ...regimeColumns(trial.regime),
    dataSeed: trial.dataSeed,
    trainSeed: trial.trainSeed,
  };
}

/** Methods without a prompt have no shape. */
function shapeOf(method: MethodSettings): PromptShape {
  const nothing = { insertionLayer: null, promptLength: null, generator: null };
  return descriptorOf(method.method).promptShape?.(method) ?? nothing;
}
