// Activities as workflows see them: quick ones write to the database, the long one trains.
import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { trainingQueue, type DeviceClass } from './queues.ts';

/** On the workflow's own queue. They wait for an absent database as long as it takes; what cannot ever succeed is not repeated. */
export const quick = proxyActivities<Omit<Activities, 'trainTrial'>>({
  startToCloseTimeout: '1 minute',
  retry: {
    initialInterval: '500ms',
    maximumInterval: '30s',
    nonRetryableErrorTypes: ['UnknownSweepError', 'UnknownTrialError', 'QueryError'],
  },
});

/** One attempt a call: what follows a failure depends on its kind, so `trialWorkflow` decides it. */
export function training(deviceClass: DeviceClass, workflowQueue: string): Pick<Activities, 'trainTrial'> {
  return proxyActivities<Pick<Activities, 'trainTrial'>>({
    taskQueue: trainingQueue(deviceClass, workflowQueue),
    startToCloseTimeout: '30 days',
    heartbeatTimeout: '30s',
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { maximumAttempts: 1 },
  });
}
