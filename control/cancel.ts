// Ends a sweep, some of its trials or one on purpose. What was finished stays; `resume` takes up the rest.
import type { Control } from './control.ts';
import { halt, type Halted } from './halt.ts';
import type { Asked } from './target.ts';

/** Returns when it is asked for: running trials stop at their next step. @throws as `halt` */
export function cancel(control: Control, asked: Asked): Promise<Halted> {
  return halt(control, asked, 'cancelled');
}
