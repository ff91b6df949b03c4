// What turns payloads into something that Temporal's server cannot read, and back: a key file, or a module of the user's own.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { Environment } from './environment.mjs';

const ENCODING = 'binary/encrypted';
const CIPHER = 'aes-256-gcm';
const [KEY_BYTES, NONCE_BYTES, TAG_BYTES] = [32, 12, 16];
const PayloadMessage = proto.temporal.api.common.v1.Payload;

/** A payload that this program has not the means to read. */
export class UnreadablePayloadError extends Error {
  override name = 'UnreadablePayloadError';
}

/** Always one: without settings it lets plain payloads through and says what an encrypted one needs. @throws when a setting is wrong */
export async function loadCodec(environment: Pick<Environment, 'codec' | 'codecKey'>): Promise<PayloadCodec> {
  const { codec, codecKey } = environment;
  if (codec !== undefined && codecKey !== undefined) {
    throw new Error('Expected one of LPT_SWEEP_CODEC and LPT_SWEEP_CODEC_KEY, found both. Unset one.');
  }
  if (codec !== undefined) return ownCodec(resolve(codec));
  return encryption(codecKey === undefined ? [] : readKeys(codecKey));
}

async function ownCodec(path: string): Promise<PayloadCodec> {
  const wanted = `Expected LPT_SWEEP_CODEC to name a module whose default export has \`encode\` and \`decode\`, found`;
  let module: { default?: Partial<PayloadCodec> };
  try {
    module = (await import(pathToFileURL(path).href)) as typeof module;
  } catch (error) {
    throw new Error(`${wanted} one that does not load: ${path}.`, { cause: error });
  }
  const { default: codec } = module;
  if (typeof codec?.encode !== 'function' || typeof codec.decode !== 'function') throw new Error(`${wanted} ${path}.`);
  return codec as PayloadCodec;
}

interface Key {
  /** By which a payload says what it was encrypted with. */
  id: string;
  bytes: Buffer;
}

/** One key a line, base64: the first encrypts, all decrypt, so that a key can be changed while sweeps run. */
function readKeys(path: string): Key[] {
  const wanted = 'Expected LPT_SWEEP_CODEC_KEY to name a file with a key of 32 bytes in base64 on each line, found';
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new Error(`${wanted} no readable file at ${path}.`);
  }
  const keys = text
    .split(/\s+/)
    .filter((line) => line !== '')
    .map((line) => Buffer.from(line, 'base64'));
  if (keys.length === 0 || keys.some((bytes) => bytes.length !== KEY_BYTES)) {
    throw new Error(`${wanted} something else in ${path}. \`openssl rand -base64 32\` makes one.`);
  }
  return keys.map((bytes) => ({ id: createHash('sha256').update(bytes).digest('hex').slice(0, 12), bytes }));
}

function encryption(keys: Key[]): PayloadCodec {
  const [first] = keys;
  const each = (payloads: Payload[], change: (payload: Payload) => Payload): Promise<Payload[]> =>
    Promise.resolve().then(() => payloads.map(change));
  return {
    encode: (payloads) => each(payloads, (payload) => (first === undefined ? payload : encrypt(payload, first))),
    decode: (payloads) =>
      each(payloads, (payload) => (encodingOf(payload) === ENCODING ? decrypt(payload, keys) : payload)),
  };
}

function encrypt(payload: Payload, { id, bytes }: Key): Payload {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, bytes, nonce);
  const sealed = [cipher.update(PayloadMessage.encode(payload).finish()), cipher.final()];
  const metadata = { encoding: Buffer.from(ENCODING), 'encryption-key-id': Buffer.from(id) };
  return { metadata, data: Buffer.concat([nonce, ...sealed, cipher.getAuthTag()]) };
}

function decrypt({ metadata, data }: Payload, keys: Key[]): Payload {
  const id = Buffer.from(metadata?.['encryption-key-id'] ?? []).toString();
  const key = keys.find((one) => one.id === id);
  if (key === undefined || !data) {
    const has = keys.length === 0 ? 'none' : keys.map((one) => one.id).join(', ');
    throw new UnreadablePayloadError(
      `Expected LPT_SWEEP_CODEC_KEY to hold the key ${id || '(unnamed)'} that a payload was encrypted with, found ${has}. Give this process the key file that the others have.`,
    );
  }
  const sealed = Buffer.from(data);
  const decipher = createDecipheriv(CIPHER, key.bytes, sealed.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const plain = [decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()];
  return PayloadMessage.decode(Buffer.concat(plain));
}

function encodingOf({ metadata }: Payload): string {
  return Buffer.from(metadata?.['encoding'] ?? []).toString();
}
