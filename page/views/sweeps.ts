// Every sweep, newest first.
import { list } from '../../control/list.ts';
import { html } from '../html.ts';
import type { Page } from '../layout.ts';
import { badge, moment, sweepPath } from '../names.ts';
import { table } from '../table.ts';
import type { Visit } from '../visit.ts';
import { progressBar } from './progress-bar.ts';

type Row = Awaited<ReturnType<typeof list>>[number];

export async function sweepsView({ database }: Visit): Promise<Page> {
  const rows = await list({ database });
  const shown = table<Row>({
    caption: 'Sweeps, newest first',
    rows,
    columns: [
      { title: 'sweep', cell: ({ name }) => html`<a href="${sweepPath(name)}">${name}</a>`, isHead: true },
      { title: 'state', cell: ({ state }) => badge(state) },
      { title: 'progress', cell: ({ counts }) => progressBar(counts) },
      { title: 'complete', cell: ({ counts }) => counts.complete, isNumber: true },
      { title: 'failed', cell: ({ counts }) => counts.failed, isNumber: true },
      { title: 'trials', cell: ({ counts }) => Object.values(counts).reduce((sum, n) => sum + n, 0), isNumber: true },
      { title: 'backbone', cell: ({ backbone }) => backbone },
      { title: 'launched (UTC)', cell: ({ createdAt }) => moment(createdAt) },
    ],
    whenEmpty: 'There is no sweep yet: `lpt-sweep launch <file>` starts one.',
  });
  const content = html`<h1>Sweeps</h1>
    <section id="sweeps" data-live>${shown}</section>`;
  return { title: 'Sweeps', content, events: '/events' };
}
