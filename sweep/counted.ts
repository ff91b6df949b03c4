// A number with its noun, the same wherever one is read.

/** `1 trial`, `2 trials`, `10,000 trials`. */
export function counted(number: number, one: string, several = `${one}s`): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? one : several}`;
}
