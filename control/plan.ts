// A sweep file, read, looked up and expanded.
import { dirname, isAbsolute, resolve } from 'node:path';
import type { SweepFacts } from '../sweep/facts.ts';
import { parseSweep } from '../sweep/parse.ts';
import { expand, type Plan } from '../sweep/plan.ts';
import type { Spec } from '../sweep/spec.ts';
import { gatherFacts, locate, type Sources } from './facts.ts';

export interface SweepFile {
  /** Where it lies: folders and files that it names are looked for from there. */
  path: string;
  text: string;
}

export interface PlannedSweep {
  spec: Spec;
  facts: SweepFacts;
  plan: Plan;
}

/** Writes nothing and starts nothing. @throws SpecError, ConfigurationError or DataError */
export async function planSweep(file: SweepFile, sources: Sources): Promise<PlannedSweep> {
  const spec = placed(parseSweep(file.text), dirname(resolve(file.path)));
  const facts = await gatherFacts(spec, sources, file.text);
  return { spec, facts, plan: expand(spec, facts, file.text) };
}

/** Local folders become absolute: a worker looks for the backbone from a folder of its own. */
function placed(spec: Spec, folder: string): Spec {
  const place = (reference: string): string => {
    const found = locate(reference, folder);
    return found === reference && !isAbsolute(found) ? reference : resolve(found);
  };
  return {
    ...spec,
    backbone: place(spec.backbone),
    tasks: spec.tasks.map((task) => (task.data === undefined ? task : { ...task, data: place(task.data) })),
  };
}
