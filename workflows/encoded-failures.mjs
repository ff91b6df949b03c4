// Temporal loads it by its path, here and inside the workflows, where payloads are encoded: what failed is then as unreadable as the rest.
import { DefaultFailureConverter } from '@temporalio/common';

export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
