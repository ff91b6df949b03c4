// Numbers of 16 bits as numbers of 32: IEEE half precision (F16), and the upper half of a 32-bit float (BF16).

/** `bits` little-endian, as safetensors has them. */
export function widenBf16(bits: Uint16Array, values: Float32Array): void {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let index = 0; index < bits.length; index += 1) words[index] = (bits[index] ?? 0) << 16;
}

export function widenF16(bits: Uint16Array, values: Float32Array): void {
  halves ??= Float32Array.from({ length: 1 << 16 }, (_, half) => valueOf(half));
  for (let index = 0; index < bits.length; index += 1) values[index] = halves[bits[index] ?? 0] ?? 0;
}

/** Every number there is, made when first asked for: a table is several times faster than the arithmetic. */
let halves: Float32Array | undefined;

/** One bit of sign, five of exponent, ten of fraction. */
function valueOf(half: number): number {
  const sign = half >>> 15 === 0 ? 1 : -1;
  const exponent = (half >>> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
