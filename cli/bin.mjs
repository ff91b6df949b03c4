#!/usr/bin/env node
// Starts the program from its TypeScript sources, from any folder. Plain Node: it must be able to say that set-up is missing.
import process from 'node:process';

const SETUP =
  'lpt-sweep is not set up yet: run `node scripts/setup.mjs` in its folder once, or `npm start`, which runs the demo as well.';

try {
  const { register } = await import('tsx/esm/api');
  register();
} catch {
  process.stderr.write(`${SETUP}\n`);
  process.exit(1);
}
const { start } = await import('./start.ts').catch((error) => {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  process.stderr.write(`${SETUP}\n(${error.message.split('\n')[0]})\n`);
  process.exit(1);
});
process.exitCode = await start();
