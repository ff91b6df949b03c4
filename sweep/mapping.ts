// Pure: a mapping of a sweep file that has these keys and no others.
import { z } from 'zod';

/** The error of an unknown key lists the known ones. */
export function mapping<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? Object.keys(shape).join(', ') : 'a mapping'),
  });
}
