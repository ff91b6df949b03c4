// Starts a child process that may load TensorFlow, and listens to what it writes to standard error.
import { fork, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { isTensorflowNoise } from '../runtime/tensorflow-noise.ts';

export interface TensorflowChildOptions {
  /** Path of its TypeScript file. */
  entry: string;
  words?: string[];
  /** Whole environment of the child; this process's own where absent. */
  env?: Record<string, string | undefined> | undefined;
  /** Takes its lines, without TensorFlow's own. */
  onLine: (line: string) => void;
}

// Looked up from here: the folder that the program was started in need not be the project's.
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

export function startTensorflowChild({ entry, words = [], env, onLine }: TensorflowChildOptions): ChildProcess {
  const child = fork(entry, words, {
    execArgv: ['--import', TSX],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    ...(env ? { env } : {}),
  });
  if (child.stderr) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (!isTensorflowNoise(line)) onLine(line);
    });
  }
  return child;
}
