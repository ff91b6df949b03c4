// The built-in tasks. A new one is one file and its line here.
import type { TaskDefinition } from './definition.ts';
import { boolq } from './boolq.ts';
import { cb } from './cb.ts';
import { cola } from './cola.ts';
import { cr } from './cr.ts';
import { mnli } from './mnli.ts';
import { movieReviews } from './movie-reviews.ts';
import { mpqa } from './mpqa.ts';
import { mr } from './mr.ts';
import { mrpc } from './mrpc.ts';
import { qnli } from './qnli.ts';
import { qqp } from './qqp.ts';
import { rte } from './rte.ts';
import { snli } from './snli.ts';
import { sst2 } from './sst2.ts';
import { sst5 } from './sst5.ts';
import { subj } from './subj.ts';
import { trec } from './trec.ts';

export type { TaskDefinition } from './definition.ts';

export const TASKS: readonly TaskDefinition[] = [
  sst2,
  sst5,
  mr,
  mpqa,
  cr,
  movieReviews,
  subj,
  trec,
  cola,
  mnli,
  snli,
  rte,
  qnli,
  cb,
  boolq,
  mrpc,
  qqp,
];

export function findTask(name: string): TaskDefinition | undefined {
  return TASKS.find((task) => task.name === name);
}
