// Asks TensorFlow what it computes on, in a process of its own: loading it costs memory, and a crash must not be ours.
import { run } from './install/run.mjs';
import { PROJECT } from './project.ts';
import type { LoadedTensorflow, TensorflowOptions } from './tensorflow.ts';

const MODULE = new URL('./tensorflow.ts', import.meta.url).href;

/** Null where no backend loads. */
export async function probeTensorflow(options: Pick<TensorflowOptions, 'device'>): Promise<LoadedTensorflow | null> {
  const load = `(await import(${JSON.stringify(MODULE)})).loadTensorflow(${JSON.stringify(options)})`;
  const script = `console.log(JSON.stringify(await ${load}));`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', script];
  const { output } = await run(process.execPath, args, { cwd: PROJECT });
  const answer = output.split('\n').findLast((line) => line.startsWith('{'));
  return answer === undefined ? null : (JSON.parse(answer) as LoadedTensorflow);
}
