// A planned trial as columns: what people filter and group by, beside the whole in one JSON value.
import type { PlannedTrial } from '../sweep/plan.ts';
import type { GeneratorName, MethodSettings } from '../sweep/trial.ts';

export function columnsOf({ trial, ...planned }: PlannedTrial) {
  return {
    ...planned,
    ...shapeOf(trial.method),
    trial,
    task: trial.task.name,
    method: trial.method.method,
    regime: trial.regime.kind,
    k: trial.regime.kind === 'full' ? null : trial.regime.k,
    dataSeed: trial.dataSeed,
    trainSeed: trial.trainSeed,
  };
}

interface PromptShape {
  insertionLayer: number | null;
  promptLength: number | null;
  generator: GeneratorName | null;
}

/** Prompt tuning is a prompt at layer 0 without a generator; methods without a prompt have no shape. */
function shapeOf(method: MethodSettings): PromptShape {
  switch (method.method) {
    case 'lpt': {
      const { insertionLayer, promptLength, generator } = method;
      return { insertionLayer, promptLength, generator };
    }
    case 'prompt-tuning':
      return { insertionLayer: 0, promptLength: method.promptLength, generator: 'none' };
    default:
      return { insertionLayer: null, promptLength: null, generator: null };
  }
}
