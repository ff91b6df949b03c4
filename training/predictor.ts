// The parent's side of a predictor: one child process, one question, one answer.
import { fileURLToPath } from 'node:url';
import { ConfigurationError, DataError } from '../data/error.ts';
import type { TrainerError } from './messages.ts';
import type { Predicted, PredictRequest } from './predict.ts';
import { startTensorflowChild } from './tensorflow-child.ts';

export type FromPredictor = ({ type: 'predicted' } & Predicted) | { type: 'failed'; error: TrainerError };

export interface PredictorOptions {
  /** Ends the child. */
  signal?: AbortSignal;
}

const LINES_KEPT = 20;
const ENTRY = fileURLToPath(new URL('./predictor-process.ts', import.meta.url));

/** @throws ConfigurationError, DataError, or an error that says how the child died */
export function predictInChild(request: PredictRequest, { signal }: PredictorOptions = {}): Promise<Predicted> {
  return new Promise((resolve, reject) => {
    let lines: string[] = [];
    const child = startTensorflowChild({
      entry: ENTRY,
      onLine: (line) => (lines = [...lines, line].slice(-LINES_KEPT)),
    });
    const stop = (): void => void child.kill('SIGKILL');
    signal?.addEventListener('abort', stop, { once: true });
    child.on('message', (message: FromPredictor) => {
      if (message.type === 'failed') reject(toError(message.error));
      else resolve({ predictions: message.predictions, shortened: message.shortened });
      if (child.connected) child.disconnect();
    });
    child.on('error', reject);
    // Settled before, unless it died without an answer.
    child.on('close', (code, killedBy) => {
      signal?.removeEventListener('abort', stop);
      reject(
        new Error(`The predicting process ended (${killedBy ?? `exit code ${String(code)}`}). ${lines.join('\n')}`),
      );
    });
    child.send(request);
  });
}

function toError({ kind, message }: TrainerError): Error {
  if (kind === 'configuration') return new ConfigurationError(message);
  return kind === 'data' ? new DataError(message) : new Error(message);
}
