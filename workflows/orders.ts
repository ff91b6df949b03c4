// Deterministic: how a sweep's workflow hears what a person wants. Every order stands in Postgres first; here it is followed.
import { allHandlersFinished, CancellationScope, condition, patched, setHandler } from '@temporalio/workflow';
import {
  cancelUpdate,
  continueUpdate,
  lookSignal,
  pauseUpdate,
  priorityUpdate,
  windowUpdate,
  type Order,
  type OrderAnswer,
} from './messages.ts';
import { quick } from './proxies.ts';
import type { RollingWindow } from './window.ts';

const LARGEST_WINDOW = 1000;
const LOWEST_PRIORITY = 5;

export interface FollowOptions<Item> {
  sweepId: string;
  window: RollingWindow<Item>;
  /** A person has spoken. */
  onOrder: () => void;
}

/** @returns what looks at the orders in Postgres; each signal and update does the same */
export function followOrders<Item>({ sweepId, window, onOrder }: FollowOptions<Item>): () => Promise<void> {
  const look = async (): Promise<void> => {
    window.lookAgain();
    const orders = await quick.readOrders({ sweepId, inFlight: window.keys });
    window.resize(orders.window);
    for (const trialId of orders.halted) window.stop(trialId);
  };
  // One look after another: an answer that comes late must not undo a newer one.
  let last = Promise.resolve();
  const inTurn = (): Promise<void> => (last = last.then(look, look));
  const hear = (): Promise<void> => {
    onOrder();
    return inTurn();
  };
  const carryOut = async (order: Order): Promise<OrderAnswer> => {
    const answer = await quick.obeyOrder({ sweepId, order });
    await hear();
    return answer;
  };
  // The order is written down whether the workflow waits for that or not: cancelled, it would say that it was not.
  const obey = (order: Order): Promise<OrderAnswer> =>
    patched('orders-before-cancel') ? CancellationScope.nonCancellable(() => carryOut(order)) : carryOut(order);
  // Out of a signal's handler a cancellation would end the workflow at once, before it has put down what becomes of its trials.
  setHandler(lookSignal, () => CancellationScope.nonCancellable(hear));
  setHandler(pauseUpdate, (asked) => obey({ verb: 'pause', ...asked }), { validator: checkWhere });
  setHandler(continueUpdate, (asked) => obey({ verb: 'continue', ...asked }), { validator: checkWhere });
  setHandler(cancelUpdate, (asked) => obey({ verb: 'cancel', ...asked }), { validator: checkWhere });
  setHandler(windowUpdate, ({ window: size }) => obey({ verb: 'window', window: size }), { validator: checkWindow });
  setHandler(priorityUpdate, (asked) => obey({ verb: 'priority', ...asked }), { validator: checkPriority });
  return inTurn;
}

/** What was ordered before the sweep was cancelled is written down before its end is: it must not undo that. */
export async function orderedBeforeCancel(): Promise<void> {
  if (!patched('orders-before-cancel')) return;
  await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
}

function refuseWhileCancelled(): void {
  if (CancellationScope.current().consideredCancelled)
    throw new Error('Expected the sweep to go on, found it being cancelled.');
}

/** Validators refuse before anything enters the history. What comes over the wire may be of any type. */
function checkWhere(asked?: { where?: unknown }): void {
  refuseWhileCancelled();
  if (asked?.where === undefined || typeof asked.where === 'string') return;
  throw new Error(
    'Expected `where` to be a selection as `method=lpt,insertionLayer=6|9`, found another kind of value.',
  );
}

function checkWindow(asked?: { window?: unknown }): void {
  refuseWhileCancelled();
  checkWholeNumber('window', asked?.window, LARGEST_WINDOW);
}

function checkPriority(asked?: { priority?: unknown; where?: unknown }): void {
  checkWholeNumber('priority', asked?.priority, LOWEST_PRIORITY);
  checkWhere(asked);
}

function checkWholeNumber(name: string, value: unknown, most: number): void {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most) return;
  throw new Error(
    `Expected \`${name}\` to be a whole number from 1 to ${most}, found ${value === undefined ? 'nothing' : JSON.stringify(value)}.`,
  );
}
