// Text files as lines. Strict UTF-8: a file in another encoding would train on garbage without a word.
import { readFile } from 'node:fs/promises';
import { DataError } from '../error.ts';

export async function readText(file: string): Promise<string> {
  return decodeText(file, await readFile(file));
}

/** @param source what errors call it */
export function decodeText(source: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new DataError(`Expected \`${source}\` to be UTF-8 text, found bytes that are not.`);
  }
}

export interface Line {
  line: number;
  text: string;
}

/** Lines without their endings, numbered from 1. Behind the last ending there is none. */
export function everyLine(text: string): Line[] {
  const lines = text
    .split('\n')
    .map((raw, index) => ({ line: index + 1, text: raw.endsWith('\r') ? raw.slice(0, -1) : raw }));
  return lines.at(-1)?.text === '' ? lines.slice(0, -1) : lines;
}

/** The same; empty lines are left out. */
export function numberedLines(text: string): Line[] {
  return everyLine(text).filter(({ text: content }) => content !== '');
}
