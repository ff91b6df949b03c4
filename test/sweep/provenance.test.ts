import { expect, test } from 'vitest';
import { provenanceSchema } from '../../sweep/provenance.ts';
import { PROGRAM, TRAINER } from '../support/provenance.ts';

test('provenance of a time when the precision was not kept is read, and with one that there is not is refused', () => {
  const { precision, ...trainer } = TRAINER;
  const fingerprints = { backbone: 'b', data: 'd', template: 't' };
  const parse = (of: object) => provenanceSchema.safeParse({ program: PROGRAM, trainer: of, fingerprints });
  expect(parse(trainer)).toMatchObject({ success: true, data: { trainer } });
  expect(parse({ ...trainer, precision })).toMatchObject({ success: true, data: { trainer: { precision } } });
  expect(parse({ ...trainer, precision: 'float16' }).success).toBe(false);
});
