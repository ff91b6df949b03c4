// The set that a worker registers; its type is what workflows see. One object in, one out, each safe to run twice.
import { createCancelSweep } from './cancel-sweep.ts';
import type { Dependencies } from './dependencies.ts';
import { createFinishSweep } from './finish-sweep.ts';
import { createListWaiting } from './list-waiting.ts';
import { createObeyOrder } from './obey-order.ts';
import { createReadOrders } from './read-orders.ts';
import { createRecordAttemptEnd } from './record-attempt-end.ts';
import { createRecordFailure } from './record-failure.ts';
import { createRecordStopped } from './record-stopped.ts';
import { createStartSweep } from './start-sweep.ts';
import { createStopSweep } from './stop-sweep.ts';
import { createTrainTrial } from './train-trial.ts';

export function createActivities(deps: Dependencies) {
  return {
    cancelSweep: createCancelSweep(deps),
    finishSweep: createFinishSweep(deps),
    listWaiting: createListWaiting(deps),
    obeyOrder: createObeyOrder(deps),
    readOrders: createReadOrders(deps),
    recordAttemptEnd: createRecordAttemptEnd(deps),
    recordFailure: createRecordFailure(deps),
    recordStopped: createRecordStopped(deps),
    startSweep: createStartSweep(deps),
    stopSweep: createStopSweep(deps),
    trainTrial: createTrainTrial(deps),
  };
}

export type Activities = ReturnType<typeof createActivities>;
