// Frees memory that nothing refers to any more. V8 looks for it when its own heap grows, which weights, outside of it, do not.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** @throws where V8 does not offer its collector */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('Expected V8 to offer its garbage collector, found none.');
  (collect as () => void)();
}
