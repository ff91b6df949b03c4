// As much of ASN.1's distinguished encoding as a certificate needs (X.690).

export type Der = Buffer;

/** Tag, length, content. */
export function der(tag: number, ...parts: Buffer[]): Der {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

export const sequence = (...parts: Der[]): Der => der(0x30, ...parts);
export const set = (...parts: Der[]): Der => der(0x31, ...parts);
export const utf8 = (text: string): Der => der(0x0c, Buffer.from(text));
export const octets = (content: Buffer): Der => der(0x04, content);
export const bits = (content: Buffer, unused = 0): Der => der(0x03, Buffer.from([unused]), content);
export const yes = (): Der => der(0x01, Buffer.from([0xff]));
/** A field that its number tells apart. */
export const tagged = (number: number, ...parts: Buffer[]): Der => der(0xa0 + number, ...parts);

/** Of a number that is not negative. OpenSSL refuses zeros in front that need not be there. */
export function integer(value: Buffer): Der {
  const digits = value.subarray(value.findIndex((byte) => byte !== 0));
  // A first bit of one would make it negative.
  return der(0x02, ((digits[0] ?? 0) & 0x80) === 0 ? digits : Buffer.concat([Buffer.from([0]), digits]));
}

/** `1.2.840.10045.4.3.2`. */
export function objectId(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

export function time(date: Date): Der {
  // Until 2049 with two digits for the year.
  const digits = date.toISOString().replaceAll(/[-:T]/g, '').slice(2, 14);
  return der(0x17, Buffer.from(`${digits}Z`));
}

function base128(value: number): number[] {
  const low = value & 0x7f;
  return value < 128 ? [low] : [...base128(value >> 7).map((byte) => byte | 0x80), low];
}

function lengthOf(length: number): Buffer {
  if (length < 128) return Buffer.from([length]);
  const bytes = length < 256 ? [length] : [length >> 8, length & 0xff];
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}
