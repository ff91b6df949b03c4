// Tells a trial's own workflow that its attempt begins, so that Temporal's page shows it running and not waiting.
import type { Context } from '@temporalio/activity';

/** `begunSignal` of workflows/messages.ts, whose values activities may not import; a test holds the two together. */
export const BEGUN = 'begun';

/** For show only: a server that is away for a moment, or a workflow that has ended, must not cost the attempt. */
export async function announce({ client, info }: Context): Promise<void> {
  const { workflowExecution } = info;
  if (workflowExecution === undefined) return;
  const { workflowId, runId } = workflowExecution;
  await client.workflow
    .getHandle(workflowId, runId)
    .signal(BEGUN)
    .catch(() => undefined);
}
