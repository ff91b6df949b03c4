// Activities as workflows see them: quick ones write to the database, the long one trains.
import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { Priority as Turn } from '@temporalio/common';
import type { Priority } from '../sweep/queueing.ts';

/** On the workflow's own queue. They wait for a database that is absent or has no room as long as it takes; what cannot ever succeed is final. */
export const quick = proxyActivities<Omit<Activities, 'trainTrial'>>({
  startToCloseTimeout: '1 minute',
  retry: {
    initialInterval: '500ms',
    maximumInterval: '30s',
    nonRetryableErrorTypes: ['UnknownSweepError', 'UnknownTrialError', 'QueryError'],
  },
});

export interface TrainingPlace {
  taskQueue: string;
  priority: Turn;
  /** How long it may wait there; without end where absent. */
  patienceMs?: number;
}

/** One attempt a call: what follows a failure depends on its kind, so `trialWorkflow` decides it. */
export function training({ taskQueue, priority, patienceMs }: TrainingPlace): Pick<Activities, 'trainTrial'> {
  return proxyActivities<Pick<Activities, 'trainTrial'>>({
    taskQueue,
    priority,
    startToCloseTimeout: '30 days',
    ...(patienceMs === undefined ? {} : { scheduleToStartTimeout: patienceMs }),
    heartbeatTimeout: '30s',
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { maximumAttempts: 1 },
  });
}

/** Between sweeps of one priority the trainers are shared out evenly, whatever came first. 1 goes before 5. */
export function priorityOf({ sweepId, priority }: { sweepId: string; priority: Priority }): Turn {
  return { priorityKey: priority, fairnessKey: sweepId };
}
