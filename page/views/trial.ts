// One trial whole: what it is, how it went, what its numbers come from, and what it got wrong.
import { show, type TrialDetails } from '../../control/show.ts';
import { wrongPredictions } from '../../control/wrong-predictions.ts';
import type { AttemptRow } from '../../db/attempts.ts';
import { listMetrics } from '../../db/metrics.ts';
import type { SweepRow } from '../../db/sweeps.ts';
import { trialWorkflowId } from '../../workflows/ids.ts';
import { html, type Content, type Markup } from '../html.ts';
import type { Page } from '../layout.ts';
import { badge, moment, nameOf } from '../names.ts';
import { facts, table } from '../table.ts';
import type { Visit } from '../visit.ts';
import { framed, workflowLink } from './frame.ts';
import { testScores } from './test-scores.ts';
import { trialCurves } from './trial-curves.ts';
import { wrongSection } from './wrong-predictions.ts';
import { duration, grouped, percent } from '../../sweep/numbers.ts';
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
      ${facts(scoresOf(details))}
    </section>`,
    html`<section id="throughput" data-live>
      <h2>Throughput</h2>
      ${facts(throughputFacts(trial))}
    </section>`,
    trialCurves(details, metrics),
    testScores(details),
    html`<section id="settings">
      <h2>Configuration</h2>
      ${facts(configurationOf(details))}
    </section>`,
    provenanceSection(details),
    attemptSection(details.attempts),
    wrongSection(visit, wrong),
  ];
  return framed(visit, sweep, { tab: 'trials', title: `trial ${position}`, content });
}

function scoresOf({ trial }: TrialDetails): [string, Content][] {
  const shortened = Object.entries(trial.shortened ?? {}).map(([split, examples]) => `${examples} in ${split}`);
  return [
    ...(trial.stopReason === null ? [] : [['stopped early', trial.stopReason.words] as [string, Content]]),
    ['metric', trial.metric],
    ['dev, %', trial.devScore !== null && percent(trial.devScore)],
    ['test, %', trial.testScore !== null && percent(trial.testScore)],
    ['selected step', trial.selectedStep === null ? null : `${trial.selectedStep} of ${trial.steps ?? '?'}`],
    ['trained numbers', grouped(trial.trainableParameters)],
    ['shortened examples', shortened.join(', ')],
  ];
}

function configurationOf({ trial: { trial, trialKey } }: TrialDetails): [string, Content][] {
  const { backbone, task, regime, method, training, dataSeed, trainSeed } = trial;
  return [
    ['backbone', backbone.name],
    ...leaves({ task: { ...task, data: task.data.reference ?? task.data.files.train }, regime, method, training }),
    ['data seed', dataSeed],
    ['training seed', trainSeed],
    ['trial key', trialKey],
  ];
}

/** A tree's leaves with their paths. */
function leaves(tree: object, path = ''): [string, Content][] {
  return Object.entries(tree).flatMap(([key, value]: [string, unknown]): [string, Content][] => {
    const name = path === '' ? key : `${path}.${key}`;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return leaves(value, name);
    return [[name, typeof value === 'string' ? value : value === null ? null : JSON.stringify(value)]];
  });
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
