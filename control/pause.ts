// Holds a sweep, some of its trials or one: running trials keep what they have learnt in a checkpoint. `continue` goes on.
import type { Control } from './control.ts';
import { halt, type Halted } from './halt.ts';
import type { Asked } from './target.ts';

/** Returns when it is asked for: running trials yield at their next step. @throws as `halt` */
export function pause(control: Control, asked: Asked): Promise<Halted> {
  return halt(control, asked, 'paused');
}
