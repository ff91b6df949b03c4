// Runs a program to its end without a shell and keeps the last of what it printed.
import { spawn } from 'node:child_process';
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { childEnvironment } from '../environment.mjs';

const KEPT_CHARACTERS = 20_000;

/** @typedef {{status: number | null, output: string, notFound: boolean}} Outcome `output` has passwords in addresses taken out */

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{cwd?: string, env?: Record<string, string | undefined>, uid?: number, gid?: number}} [options] `env` is added to our own
 * @returns {Promise<Outcome>}
 */
export function run(command, args, { env, ...where } = {}) {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(command, args, { ...where, env: childEnvironment(env), stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (/** @type {Buffer} */ chunk) => (output = (output + chunk.toString()).slice(-KEPT_CHARACTERS));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => {
      const notFound = /** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT';
      resolve({ status: null, output: error.message, notFound });
    });
    child.once('close', (status) => resolve({ status, output: plain(output), notFound: false }));
  });
}

/**
 * The line to quote from a failed program: the first that speaks of an error and says more than a code, else the last.
 *
 * @param {string} output
 */
export function errorLine(output) {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const telling = lines.find((line) => /\b(error|fatal)\b:? +(?!code\b|errno\b|syscall\b)\S+ \S/i.test(line));
  return (telling ?? lines.at(-1) ?? 'no output').slice(0, 300).replace(/[.\s]+$/, '');
}

/**
 * Bytes under a folder that another program is filling.
 *
 * @param {string} folder
 * @returns {number}
 */
export function folderSize(folder) {
  let total = 0;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      total += entry.isDirectory() ? folderSize(path) : lstatSync(path).size;
    }
  } catch {
    // Files come and go while we look.
  }
  return total;
}

/**
 * Without colours, and without the passwords that stand in addresses.
 *
 * @param {string} output
 */
function plain(output) {
  return stripVTControlCharacters(output).replace(/\/\/[^@/\s]+@/g, '//');
}
