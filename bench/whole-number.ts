// Numbers on a bench's command line.

/** @throws an error that names the option */
export function wholeNumber(option: string, text: string, least = 1): number {
  const value = Number(text);
  if (text !== '' && Number.isInteger(value) && value >= least) return value;
  throw new Error(`Expected --${option} to be a whole number from ${least}, found "${text}".`);
}

/** Several, separated by commas. */
export function wholeNumbers(option: string, text: string): number[] {
  return text.split(',').map((one) => wholeNumber(option, one));
}
