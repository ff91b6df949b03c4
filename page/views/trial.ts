// One trial whole: what it is, how it went, what its numbers come from, and what it got wrong.
import { show, type TrialDetails } from '../../control/show.ts';
import { configurationFacts, leaves, scoreFacts } from '../../control/trial-facts.ts';
import { wrongPredictions } from '../../control/wrong-predictions.ts';
import type { AttemptRow } from '../../db/attempts.ts';
import { listMetrics } from '../../db/metrics.ts';
import type { SweepRow } from '../../db/sweeps.ts';
import { trialWorkflowId } from '../../workflows/ids.ts';
import { html, type Markup } from '../html.ts';
import type { Page } from '../layout.ts';
import { badge, moment, nameOf } from '../names.ts';
import { facts, table } from '../table.ts';
import type { Visit } from '../visit.ts';
import { framed, workflowLink } from './frame.ts';
import { testScores } from './test-scores.ts';
import { trialCurves } from './trial-curves.ts';
import { wrongSection } from './wrong-predictions.ts';
import { duration } from '../../sweep/numbers.ts';
import { throughputFacts } from '../../sweep/throughput.ts';

export async function trialView(visit: Visit, sweep: SweepRow, position: string): Promise<Page> {
  const { database, temporal } = visit;
  const details = await show({ database }, `${sweep.name}/${position}`);
  const [metrics, wrong] = await Promise.all([
    listMetrics(database, details.trial.id),
    wrongPredictions(database, details.trial),
  ]);
  const { trial } = details;
  const link = temporal && workflowLink(temporal, trialWorkflowId(sweep.id, trial.id));
  const content = [
    html`<section id="trial" data-live>
      <h2>Trial ${details.name}: ${nameOf(trial)}</h2>
      <p>${badge(trial.state)}${link && html` · ${link}`}</p>
      ${trial.errorKind !== null && html`<p class="wrong">${trial.errorKind}: ${trial.errorMessage ?? ''}</p>`}
      ${facts(scoreFacts(trial))}
    </section>`,
    html`<section id="throughput" data-live>
      <h2>Throughput</h2>
      ${facts(throughputFacts(trial))}
    </section>`,
    trialCurves(details, metrics),
    testScores(details),
    html`<section id="settings">
      <h2>Configuration</h2>
      ${facts([...configurationFacts(trial), ['trial key', trial.trialKey]])}
    </section>`,
    provenanceSection(details),
    attemptSection(details.attempts),
    wrongSection(visit, wrong),
  ];
  return framed(visit, sweep, { tab: 'trials', title: `trial ${trial.position}`, content });
}

function provenanceSection({ provenance }: TrialDetails): Markup {
  const shown =
    provenance === null
      ? html`<p class="empty">No attempt has said yet what it computes with.</p>`
      : facts(leaves(provenance));
  return html`<section id="provenance" data-live>
    <h2>Provenance</h2>
    ${shown}
  </section>`;
}

function attemptSection(attempts: readonly AttemptRow[]): Markup {
  const took = ({ startedAt, finishedAt }: AttemptRow): string | null =>
    finishedAt && duration((finishedAt.getTime() - startedAt.getTime()) / 1000);
  const shown = table({
    caption: 'Attempts, the first on top',
    rows: attempts,
    columns: [
      { title: 'attempt', cell: ({ attempt }) => attempt, isNumber: true, isHead: true },
      { title: 'state', cell: ({ state }) => badge(state) },
      { title: 'worker', cell: ({ worker }) => worker },
      { title: 'from step', cell: ({ resumedFromStep }) => resumedFromStep, isNumber: true },
      { title: 'began (UTC)', cell: ({ startedAt }) => moment(startedAt) },
      { title: 'took', cell: took, isNumber: true },
      { title: 'error', cell: (row) => row.errorKind && `${row.errorKind}: ${row.errorMessage ?? ''}` },
    ],
    whenEmpty: 'None has begun yet.',
  });
  return html`<section id="attempts" data-live>
    <h2>Attempts</h2>
    ${shown}
  </section>`;
}
