// Orders from the page: the verbs that the commands have, on a whole sweep.
import { cancel } from '../control/cancel.ts';
import { continuePaused } from '../control/continue.ts';
import type { Control } from '../control/control.ts';
import type { ChooseDevice } from '../control/go-on.ts';
import { pause } from '../control/pause.ts';
import { resume } from '../control/resume.ts';
import { assertResumed } from '../control/resumed.ts';

export const ORDERS = ['pause', 'continue', 'cancel', 'resume'] as const;
export type Order = (typeof ORDERS)[number];

/** @throws as the verbs do, with a sentence for people */
export type GiveOrder = (order: Order, sweep: string) => Promise<unknown>;

export function ordersTo(control: Control, chooseDevice: ChooseDevice): GiveOrder {
  return (order, sweep) => {
    const asked = { sweep };
    if (order === 'pause') return pause(control, asked);
    if (order === 'cancel') return cancel(control, asked);
    if (order === 'continue') return continuePaused(control, { asked, chooseDevice });
    return resume(control, { asked, chooseDevice }).then((resumed) => assertResumed(control, resumed));
  };
}
