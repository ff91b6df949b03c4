// An order that came to a sweep's workflow by a Temporal update: the very one that the command line gives to Postgres itself.
import { ApplicationFailure } from '@temporalio/activity';
import { type Ordered, continueTrials, haltTrials, prioritiseTrials } from '../db/orders.ts';
import type { Choice } from '../db/selection.ts';
import { setWindow } from '../db/sweeps.ts';
import { parseSelection, SelectionError } from '../sweep/selection.ts';
import type { Order, OrderAnswer } from '../workflows/messages.ts';
import type { Dependencies } from './dependencies.ts';

export interface OrderInput {
  sweepId: string;
  order: Order;
}

export function createObeyOrder({ database }: Dependencies) {
  return async ({ sweepId, order }: OrderInput): Promise<OrderAnswer> => {
    if (order.verb === 'window') {
      await setWindow(database, { sweepId, window: order.window });
      return { changed: 0, stopping: 0 };
    }
    const choice: Choice = { sweepId, where: order.where === undefined ? undefined : selected(order.where) };
    const { chosen, changed, stopping } = await give(order);
    if (chosen > 0) return { changed, stopping };
    throw refusal(`Expected \`${order.where ?? ''}\` to choose trials of the sweep, found none.`);

    function give(asked: Exclude<Order, { verb: 'window' }>): Promise<Ordered> {
      if (asked.verb === 'continue') return continueTrials(database, choice);
      if (asked.verb === 'priority') return prioritiseTrials(database, { ...choice, priority: asked.priority });
      return haltTrials(database, { ...choice, as: asked.verb === 'pause' ? 'paused' : 'cancelled' });
    }
  };
}

function selected(where: string) {
  try {
    return parseSelection(where);
  } catch (error) {
    if (error instanceof SelectionError) throw refusal(error.message);
    throw error;
  }
}

function refusal(message: string): ApplicationFailure {
  return ApplicationFailure.create({ type: 'refused', message, nonRetryable: true });
}
