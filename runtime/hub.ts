// Files of a Hugging Face repository, streamed to disk and checked; the caller makes them whole or not at all.
import { createHash, type Hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { downloadFile, listFiles, type ListFileEntry } from '@huggingface/hub';

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

/** Between two sentences about one file. */
const SAY_EVERY_MS = 10_000;

export interface HubRepository {
  type: 'model' | 'dataset';
  name: string;
  revision: string;
}

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

/**
 * `away`: the very same request is worth repeating. `refused`: there is no such thing, or it is kept from us. `broken`: anything
 * else, such as bytes that are not those of the listing, or a disk without room.
 */
export type HubFault = 'away' | 'refused' | 'broken';

export class HubError extends Error {
  override name = 'HubError';
  readonly fault: HubFault;

  constructor(message: string, { fault, cause }: { fault: HubFault; cause: unknown }) {
    super(message, { cause });
    this.fault = fault;
  }
}

function hubError({ type, name }: HubRepository, error: unknown): HubError {
  if (error instanceof HubError) return error;
  const status = statusOf(error);
  const message = `${what(type)} ${name} could not be downloaded: ${reason(status, error)}.`;
  return new HubError(message, { fault: faultOf(status, error), cause: error });
}

function statusOf(error: unknown): number | undefined {
  const isAnswer = typeof error === 'object' && error !== null && 'statusCode' in error;
  return isAnswer && typeof error.statusCode === 'number' ? error.statusCode : undefined;
}

const REFUSED_STATUS = [401, 403, 404];
/** Too late, too early, too many; from 500 on are the hub's own errors. */
const AWAY_STATUS = [408, 425, 429];
/** Of the network. A certificate that is not trusted is none of these: it stays so. */
const AWAY_CODE =
  /^(ECONN(REFUSED|RESET|ABORTED)|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT|EHOST(UNREACH|DOWN)|ENET(UNREACH|DOWN)|UND_ERR_\w+)$/;

function faultOf(status: number | undefined, error: unknown): HubFault {
  if (status !== undefined) {
    if (REFUSED_STATUS.includes(status)) return 'refused';
    return status >= 500 || AWAY_STATUS.includes(status) ? 'away' : 'broken';
  }
  return codesOf(error).some((code) => AWAY_CODE.test(code)) ? 'away' : 'broken';
}

/** `fetch` says only that it failed; why stands in what caused that. */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  return [...own, ...codesOf(error.cause)];
}

const what = (type: HubRepository['type']): string => (type === 'model' ? 'Backbone' : 'Dataset');

function reason(status: number | undefined, error: unknown): string {
  if (status === 404) return 'the hub has nothing of that name';
  if (status === 401 || status === 403) return 'the hub wants a token for it (HF_TOKEN), or the name is wrong';
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const why = cause instanceof Error && cause.message !== '' ? cause.message : codesOf(cause)[0];
  return why === undefined ? error.message : `${error.message} (${why})`;
}
