// A sweep as it goes on: how far it is, what is best so far, what failed with what, and who works on it.
import { settingsWithinMethods, type SettingWords } from '../../control/configuration-settings.ts';
import { statusOf, type SweepStatus } from '../../control/status.ts';
import { listDevices, listWorkedTimes, type DeviceUse, type WorkedTime } from '../../db/charts/workers.ts';
import type { SweepRow } from '../../db/sweeps.ts';
import { workerTimes } from '../charts/worker-times.ts';
import { figure } from '../figure.ts';
import { html, type Markup } from '../html.ts';
import type { Page } from '../layout.ts';
import { badge, moment, nameOf, sweepPath } from '../names.ts';
import { fullName } from '../own-settings.ts';
import { facts, table } from '../table.ts';
import type { Visit } from '../visit.ts';
import { framed, orderForms } from './frame.ts';
import { progressBar, stateCounts } from './progress-bar.ts';
import { duration, meanAndSd } from '../../sweep/numbers.ts';
import { columnTitle } from '../../sweep/statistics/words.ts';
import { counted } from '../../sweep/counted.ts';

const ATTEMPTS = 300;

export async function progressView(visit: Visit, sweep: SweepRow): Promise<Page> {
  const { database } = visit;
  const [status, settings, devices, times] = await Promise.all([
    statusOf({ database }, sweep.id),
    settingsWithinMethods(visit, sweep.id),
    listDevices(database, sweep.id),
    listWorkedTimes(database, sweep.id, ATTEMPTS),
  ]);
  const content = [progressSection(status, settings), failures(status), deviceSection(devices), timeline(sweep, times)];
  return framed(visit, status.sweep, { tab: '', content });
}

function progressSection(status: SweepStatus, settings: SettingWords): Markup {
  const { sweep, progress, secondsLeft } = status;
  const { counts, total, best } = progress;
  const left = secondsLeft === null || secondsLeft === 0 ? null : `about ${duration(secondsLeft)}`;
  const took = tookOf(sweep);
  return html`<section id="progress" data-live aria-labelledby="progress-head">
    <h2 id="progress-head">${counts.complete.toLocaleString('en-US')} of ${counted(total, 'trial')} complete</h2>
    ${progressBar(counts)}${stateCounts(counts)} ${sweep.error !== null && html`<p class="wrong">${sweep.error}</p>`}
    ${facts([
      ...(left === null ? [] : [['time left', left] as const]),
      ...(took === null ? [] : [['took', took] as const]),
      ['trials in flight, at most', sweep.window],
      ['launched (UTC)', moment(sweep.createdAt)],
      ...best.map((row): [string, string] => [
        `best on dev so far, ${columnTitle(row, best)}`,
        `${fullName(nameOf(row), row.configurationKey, settings)}: dev ${meanAndSd(row.devMean, row.devSd)} (${counted(row.n, 'seed')})`,
      ]),
    ])}
    ${orderForms(sweep)}
  </section>`;
}

function tookOf({ startedAt, finishedAt }: SweepRow): string | null {
  return startedAt && finishedAt ? duration((finishedAt.getTime() - startedAt.getTime()) / 1000) : null;
}

function failures({ failures: groups, sweep }: SweepStatus): Markup {
  const shown = table({
    caption: 'Errors by kind, with the first message of each',
    rows: groups,
    columns: [
      { title: 'kind', cell: ({ kind }) => kind, isHead: true },
      { title: 'trials failed', cell: ({ trials }) => trials, isNumber: true },
      { title: 'attempts', cell: ({ attempts }) => attempts, isNumber: true },
      { title: 'what is done', cell: ({ rule }) => rule },
      { title: 'message', cell: ({ message }) => message },
    ],
    whenEmpty: 'Nothing has gone wrong.',
  });
  const path = `${sweepPath(sweep.name, 'trials')}?state=failed`;
  const more = groups.some(({ trials }) => trials > 0) && html`<p><a href="${path}">The failed trials</a></p>`;
  return html`<section id="failures" data-live>
    <h2>Failures</h2>
    ${shown}${more}
  </section>`;
}

function deviceSection(devices: readonly DeviceUse[]): Markup {
  const shown = table({
    caption: 'Attempts by device and worker',
    rows: devices,
    columns: [
      { title: 'worker', cell: ({ worker }) => worker, isHead: true },
      { title: 'device', cell: ({ device }) => device },
      { title: 'running', cell: ({ running }) => running, isNumber: true },
      { title: 'complete', cell: ({ complete }) => complete, isNumber: true },
      { title: 'ended otherwise', cell: ({ other }) => other, isNumber: true },
    ],
    whenEmpty: 'No worker has taken a trial yet: `lpt-sweep worker` starts one.',
  });
  return html`<section id="devices" data-live>
    <h2>Devices</h2>
    ${shown}
  </section>`;
}

const TABLE_ROWS = 50;

function timeline(sweep: SweepRow, times: readonly WorkedTime[]): Markup {
  const words = {
    title: 'Workers over time',
    description: `Each bar is one attempt of a trial on a worker, in the colour of what it came to; the last ${counted(times.length, 'attempt')}.`,
  };
  const work = times.map(({ worker, state, startedAt, endedAt }) => {
    return { worker, state, from: startedAt, until: endedAt };
  });
  const newest = [...times].reverse().slice(0, TABLE_ROWS);
  return figure({
    words,
    draw: work.length === 0 ? null : (width) => workerTimes(work, words, width),
    whenEmpty: 'No attempt has begun yet.',
    table: table({
      caption: `Attempts, the newest ${newest.length} first`,
      rows: newest,
      columns: [
        {
          title: 'trial',
          cell: (row) => html`<a href="${sweepPath(sweep.name, 'trials', row.position)}">${row.position}</a>`,
          isHead: true,
        },
        { title: 'attempt', cell: ({ attempt }) => attempt, isNumber: true },
        { title: 'state', cell: ({ state }) => badge(state) },
        { title: 'worker', cell: ({ worker }) => worker },
        { title: 'began (UTC)', cell: ({ startedAt }) => moment(startedAt) },
        {
          title: 'took',
          cell: (row) => duration((row.endedAt.getTime() - row.startedAt.getTime()) / 1000),
          isNumber: true,
        },
      ],
      whenEmpty: 'None.',
    }),
  });
}
