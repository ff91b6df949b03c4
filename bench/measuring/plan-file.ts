// A sweep file that a measurement writes for itself, planned as `launch` plans one.
import { planSweep, type PlannedSweep } from '../../control/plan.ts';
import { resolveBackbone } from '../../runtime/backbones.ts';
import { resolveDataset } from '../../runtime/datasets.ts';

/** @param file paths in it are looked for from the working folder @throws what a launch throws for a wrong sweep file */
export function planFile(file: object, cacheFolder: string): Promise<PlannedSweep> {
  const access = { cacheFolder, say: (text: string) => process.stderr.write(`${text}\n`) };
  // JSON is YAML.
  const text = JSON.stringify(file);
  return planSweep(
    { path: 'bench.yaml', text },
    {
      resolveBackbone: (name) => resolveBackbone(name, access),
      resolveDataset: (reference) => resolveDataset(reference, access),
    },
  );
}
