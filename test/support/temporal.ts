// Real Temporal servers for tests: one that skips time, one that is the development server.
import { MockActivityEnvironment, TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { readEnvironment } from '../../runtime/environment.mjs';
import { findTemporalCli, findTemporalTestServer } from '../../runtime/install/temporal.mjs';
import { DYNAMIC_CONFIG } from '../../runtime/temporal-launch.ts';
import { SEARCH_ATTRIBUTES } from '../../workflows/search-attributes.ts';

/** Tests make workers fail on purpose; their warnings would only hide what matters. */
export function quietTemporal(): void {
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => undefined),
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' } } },
  });
}

/** For one run of an activity; what it fails with is the test's to look at, not to be logged. */
export function activityEnvironment(): MockActivityEnvironment {
  return new MockActivityEnvironment(undefined, { logger: new DefaultLogger('ERROR', () => undefined) });
}

export function skippingTime(): Promise<TestWorkflowEnvironment> {
  return TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: pathOf(findTemporalTestServer(readEnvironment())) } },
  });
}

export function developmentServer(): Promise<TestWorkflowEnvironment> {
  return TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: pathOf(findTemporalCli(readEnvironment())) },
      searchAttributes: SEARCH_ATTRIBUTES,
      extraArgs: DYNAMIC_CONFIG.flatMap((setting) => ['--dynamic-config-value', setting]),
    },
  });
}

function pathOf(found: { path: string } | null): string {
  if (found === null)
    throw new Error('Expected the Temporal servers to be installed, found them missing: `npm run pretest`.');
  return found.path;
}
