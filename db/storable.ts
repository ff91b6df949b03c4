// Text as Postgres can hold it.

const LONGEST_MESSAGE = 4000;

/** Postgres refuses text with a zero byte in it, which native code may write. */
export function storable(message: string): string {
  return message.replaceAll('\0', '').slice(0, LONGEST_MESSAGE);
}
