// The set that a worker registers; its type is what workflows see. One object in, one out, each safe to run twice.
import { createCancelSweep } from './cancel-sweep.ts';
import type { Dependencies } from './dependencies.ts';
import { createFinishSweep } from './finish-sweep.ts';
import { createListWaiting } from './list-waiting.ts';
import { createRecordAttemptEnd } from './record-attempt-end.ts';
import { createRecordCancelled } from './record-cancelled.ts';
import { createRecordFailure } from './record-failure.ts';
import { createStartSweep } from './start-sweep.ts';
import { createStopSweep } from './stop-sweep.ts';
import { createTrainTrial } from './train-trial.ts';

export function createActivities(deps: Dependencies) {
  return {
    cancelSweep: createCancelSweep(deps),
    finishSweep: createFinishSweep(deps),
    listWaiting: createListWaiting(deps),
    recordAttemptEnd: createRecordAttemptEnd(deps),
    recordCancelled: createRecordCancelled(deps),
    recordFailure: createRecordFailure(deps),
    startSweep: createStartSweep(deps),
    stopSweep: createStopSweep(deps),
    trainTrial: createTrainTrial(deps),
  };
}

export type Activities = ReturnType<typeof createActivities>;
