// Files of a Hugging Face repository, streamed to disk and checked; the caller makes them whole or not at all.
import { createHash, type Hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { downloadFile, listFiles, type ListFileEntry } from '@huggingface/hub';
import type { Environment } from './environment.mjs';
import { hubError } from './hub-error.ts';
import type { HubRepository } from './hub-repository.ts';

export interface HubAccess {
  /** The Hub itself when absent. */
  hubUrl?: string;
  hubToken?: string;
  fetch?: typeof fetch;
  /** Told what is being downloaded. */
  say?: (text: string) => void;
  /** Called as bytes arrive, and while another process that downloads the same is waited for. */
  onProgress?: (() => void) | undefined;
}

/** To the Hub that the environment names, with its token. */
export function hubAccess({ hubUrl, hubToken }: Environment): Pick<HubAccess, 'hubUrl' | 'hubToken'> {
  return { ...(hubUrl === undefined ? {} : { hubUrl }), ...(hubToken === undefined ? {} : { hubToken }) };
}

/** Between two sentences about one file. */
const SAY_EVERY_MS = 10_000;

export type HubFile = Pick<ListFileEntry, 'path' | 'size' | 'lfs'>;

export async function listHubFiles(repository: HubRepository, access: HubAccess): Promise<HubFile[]> {
  const files: HubFile[] = [];
  try {
    const revision = encodeURIComponent(repository.revision); // put into the path as it is
    const listing = listFiles({ repo: repository, revision, recursive: true, ...credentials(access) });
    for await (const entry of listing) if (entry.type === 'file') files.push(entry);
  } catch (error) {
    throw hubError(repository, error);
  }
  return files;
}

export interface HubDownload {
  file: HubFile;
  /** Folder. */
  into: string;
  name: string;
  access: HubAccess;
  /** Is fed the file's bytes as well: a hash over several files, one after another. */
  hash?: Hash;
}

/** @returns the file's sha256 */
export async function downloadHubFile(
  repository: HubRepository,
  { file, into, name, access, hash }: HubDownload,
): Promise<string> {
  const onBytes = tellerOf(`downloading ${repository.name}/${file.path}`, file.size, access);
  try {
    const { revision } = repository;
    const blob = await downloadFile({
      repo: repository,
      path: file.path,
      revision,
      xet: false,
      ...credentials(access),
    });
    if (blob === null) throw new Error(`${file.path} is listed but not there`);
    const { bytes, sha256 } = await write(blob, join(into, name), { hash, onBytes });
    if (bytes !== file.size) throw new Error(`expected ${file.size} bytes of ${file.path}, found ${bytes}`);
    if (file.lfs && file.lfs.oid !== sha256) throw new Error(`${file.path} does not have the hub's own sha256`);
    return sha256;
  } catch (error) {
    throw hubError(repository, error);
  }
}

/** Tells at once, and then of each piece: whoever waits for a large file shall see that it comes. */
function tellerOf(what: string, size: number, { say, onProgress }: HubAccess): (bytes: number) => void {
  const megabytes = `${(size / 1e6).toFixed(1)} MB`;
  say?.(`${what} (${megabytes})`);
  onProgress?.();
  let saidAt = performance.now();
  return (bytes) => {
    onProgress?.();
    if (performance.now() - saidAt < SAY_EVERY_MS) return;
    saidAt = performance.now();
    say?.(`${what}: ${Math.floor((100 * bytes) / size)} % of ${megabytes}`);
  };
}

interface Writing {
  hash: Hash | undefined;
  /** Told how many there are so far. */
  onBytes: (bytes: number) => void;
}

async function write(
  blob: Blob,
  path: string,
  { hash: all, onBytes }: Writing,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  const handle = await open(path, 'wx');
  try {
    for await (const chunk of blob.stream() as AsyncIterable<Uint8Array>) {
      hash.update(chunk);
      all?.update(chunk);
      bytes += chunk.length;
      await handle.writeFile(chunk);
      onBytes(bytes);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

function credentials({ hubUrl, hubToken, fetch }: HubAccess) {
  return {
    ...(hubUrl === undefined ? {} : { hubUrl: hubUrl.replace(/\/+$/, '') }),
    ...(hubToken === undefined ? {} : { accessToken: hubToken }),
    ...(fetch === undefined ? {} : { fetch }),
  };
}
