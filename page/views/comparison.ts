// Methods against methods, configurations over their seeds beside each other, and the sentences that claim no more than the seeds carry.
import { configurationSettings } from '../../control/configuration-settings.ts';
import { compareMethods } from '../../control/compare-methods.ts';
import { compare } from '../../control/compare.ts';
import { countConfigurations, listPoints } from '../../db/charts/configurations.ts';
import type { SweepRow } from '../../db/sweeps.ts';
import { html } from '../html.ts';
import type { Page } from '../layout.ts';
import { partialNote } from '../figures/cautions.ts';
import type { Visit } from '../visit.ts';
import { choiceForm, facetChoice, readChoice } from './choices.ts';
import { configurationTable, IN_COLUMNS } from './configuration-table.ts';
import { framed } from './frame.ts';
import { methodTables } from './methods.ts';
import { lastStart, numberAmong, pageLinks } from './pages.ts';

const SIZE = 100;

export async function comparisonView(visit: Visit, sweep: SweepRow): Promise<Page> {
  const { database, parameters } = visit;
  const chosen = await readChoice(visit, sweep.id);
  const { facet } = chosen;
  if (facet === null)
    return framed(visit, sweep, { tab: 'comparison', content: html`<p class="empty">No trial is complete yet.</p>` });
  const total = await countConfigurations(database, facet);
  const from = lastStart(numberAmong(parameters, 'from'), { size: SIZE, total });
  const [{ findings }, methods, rows, settings] = await Promise.all([
    compare({ database }, sweep.id),
    compareMethods({ database }, sweep.id),
    listPoints(database, facet, { limit: SIZE, offset: from }),
    configurationSettings(visit, sweep.id, IN_COLUMNS),
  ]);
  const caption = `Best on dev first; mean ± sd over n seeds, in percent.${partialNote(facet, rows)}`;
  const content = html`${choiceForm([facetChoice(chosen)])}
    <section id="findings" data-live>
      <h2>Findings</h2>
      ${findings.map((finding) => html`<p>${finding}</p>`)}
    </section>
    <section id="methods" data-live>
      <h2>Methods against methods</h2>
      ${methodTables(methods)}
    </section>
    <section id="configurations" data-live>
      <h2>Configurations, each fixed over its seeds</h2>
      ${configurationTable(rows, { caption, settings })} ${pageLinks({ parameters, from, size: SIZE, total })}
    </section>`;
  return framed(visit, sweep, { tab: 'comparison', content });
}
