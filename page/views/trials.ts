// Every trial of a sweep, a page at a time.
import { configurationSettings } from '../../control/configuration-settings.ts';
import { listFacets, type Facet } from '../../db/charts/facets.ts';
import { pageOfTrials } from '../../db/charts/trial-page.ts';
import type { SweepRow } from '../../db/sweeps.ts';
import { percent } from '../../sweep/numbers.ts';
import { regimeName } from '../../sweep/regime.ts';
import { TRIAL_STATES } from '../../sweep/states.ts';
import { whereVarying } from '../../sweep/needed-columns.ts';
import { html } from '../html.ts';
import type { Page } from '../layout.ts';
import { badge, nameOf, sweepPath } from '../names.ts';
import { table } from '../table.ts';
import type { Visit } from '../visit.ts';
import { choiceForm } from './choices.ts';
import { framed } from './frame.ts';
import { lastStart, numberAmong, pageLinks } from './pages.ts';
import { settingsColumn } from './settings-column.ts';

const SIZE = 100;
const ALL = 'all';

export async function trialsView(visit: Visit, sweep: SweepRow): Promise<Page> {
  const { database, parameters } = visit;
  const state = TRIAL_STATES.find((one) => one === parameters.get('state')) ?? null;
  const pageFrom = (from: number) => pageOfTrials(database, { sweepId: sweep.id, state, from, size: SIZE });
  const asked = numberAmong(parameters, 'from');
  const [found, settings, facets] = await Promise.all([
    pageFrom(asked),
    configurationSettings(visit, sweep.id, ['learningRate']),
    listFacets(database, sweep.id),
  ]);
  const { total } = found;
  const from = lastStart(asked, { size: SIZE, total });
  const { rows } = from === asked ? found : await pageFrom(from);
  const shown = table({
    caption: state === null ? 'In running order' : `In running order, ${state} only`,
    rows,
    columns: [
      {
        title: 'trial',
        cell: ({ position }) =>
          html`<a href="${sweepPath(sweep.name, 'trials', position)}">${sweep.name}/${position}</a>`,
        isHead: true,
      },
      { title: 'state', cell: (row) => badge(row.state) },
      { title: 'task', cell: ({ task }) => task },
      // A page of one size or metric says which, where the sweep has others.
      ...whereVarying(facets, { title: 'examples', cell: regimeName, isNumber: true as const }),
      ...whereVarying(facets, { title: 'metric', cell: ({ metric }: Pick<Facet, 'metric'>) => metric }),
      { title: 'configuration', cell: nameOf },
      { title: 'learning rate', cell: ({ learningRate }) => learningRate, isNumber: true },
      ...settingsColumn(rows, settings),
      { title: 'data seed', cell: ({ dataSeed }) => dataSeed, isNumber: true },
      { title: 'training seed', cell: ({ trainSeed }) => trainSeed, isNumber: true },
      { title: 'dev, %', cell: ({ devScore }) => devScore !== null && percent(devScore), isNumber: true },
      { title: 'test, %', cell: ({ testScore }) => testScore !== null && percent(testScore), isNumber: true },
      { title: 'attempts', cell: ({ attempt }) => attempt, isNumber: true },
      { title: 'error', cell: (row) => row.errorKind && `${row.errorKind}: ${row.errorMessage ?? ''}` },
    ],
    whenEmpty: state === null ? 'This sweep has no trials.' : `No trial is ${state}.`,
  });
  const choice = { name: 'state', label: 'state', values: [ALL, ...TRIAL_STATES], chosen: state ?? ALL };
  const content = html`${choiceForm([choice])}
    <section id="trials" data-live>
      <h2>Trials</h2>
      ${shown}${pageLinks({ parameters, from, size: SIZE, total })}
    </section>`;
  return framed(visit, sweep, { tab: 'trials', content });
}
