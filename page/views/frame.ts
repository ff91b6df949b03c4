// What every page of one sweep has at its top: its name and state, what can be done to it, and its views.
import type { SweepRow } from '../../db/sweeps.ts';
import { isOpen } from '../../sweep/states.ts';
import { sweepWorkflowId } from '../../workflows/ids.ts';
import { html, type Content, type Markup } from '../html.ts';
import type { Page } from '../layout.ts';
import { badge, sweepPath } from '../names.ts';
import type { TemporalPage, Visit } from '../visit.ts';

/** Path's last part → what it is called. */
export const TABS = {
  '': 'Progress',
  layers: 'Layers',
  curves: 'Curves',
  settings: 'Settings',
  speed: 'Speed',
  seeds: 'Seeds',
  comparison: 'Comparison',
  trials: 'Trials',
} as const;
export type Tab = keyof typeof TABS;

interface Framed {
  tab: Tab;
  content: Content;
  /** Beyond the tab's name. */
  title?: string;
}

export function framed({ temporal, parameters }: Visit, sweep: SweepRow, { tab, content, title }: Framed): Page {
  const head = html`<h1>${sweep.name}</h1>
    <p class="quiet" id="sweep-state" data-live>
      ${badge(sweep.state)} · ${sweep.backbone}${temporalLink(temporal, sweep)}
    </p>
    ${told(parameters)}
    <nav class="tabs" aria-label="Views of ${sweep.name}">
      <ul>
        ${tabLinks(sweep, tab, kept(parameters))}
      </ul>
    </nav>`;
  const events = `/events?sweep=${encodeURIComponent(sweep.id)}`;
  return { title: `${sweep.name}: ${title ?? TABS[tab]}`, content: [head, content], events };
}

/** What several views let a reader choose goes with them from one to the next. */
function kept(parameters: URLSearchParams): string {
  const chosen = [...parameters].filter(([name]) => name === 'task' || name === 'score');
  return chosen.length === 0 ? '' : `?${new URLSearchParams(chosen).toString()}`;
}

function tabLinks({ name }: SweepRow, current: Tab, query: string): Markup[] {
  return Object.entries(TABS).map(([tab, title]) => {
    const path = (tab === '' ? sweepPath(name) : sweepPath(name, tab)) + query;
    return tab === current
      ? html`<li><a href="${path}" aria-current="page">${title}</a></li>`
      : html`<li><a href="${path}">${title}</a></li>`;
  });
}

export function temporalLink(temporal: TemporalPage | null, { id }: Pick<SweepRow, 'id'>): Markup | null {
  return temporal && html` · ${workflowLink(temporal, sweepWorkflowId(id))}`;
}

export function workflowLink({ url, namespace }: TemporalPage, workflowId: string): Markup {
  const path = ['namespaces', namespace, 'workflows', workflowId].map(encodeURIComponent).join('/');
  return html`<a href="${url.replace(/\/$/, '')}/${path}" rel="noreferrer">in Temporal</a>`;
}

/** After an order: the words are ours, whatever the address says. */
const TOLD: Record<string, string> = {
  pause: 'Paused: running trials write a checkpoint and stop at their next step.',
  continue: 'Continued, from the checkpoints.',
  cancel: 'Cancelled: running trials stop at their next step. What is finished stays.',
  resume: 'Resumed: what failed, was cancelled or was lost runs again.',
};

function told(parameters: URLSearchParams): Markup | null {
  const order = parameters.get('told') ?? '';
  const words = Object.hasOwn(TOLD, order) ? TOLD[order] : undefined;
  return words === undefined ? null : html`<p class="told" role="status">${words}</p>`;
}

/** Those that can change something in the sweep's state. */
export function orderForms(sweep: SweepRow): Markup {
  const path = sweepPath(sweep.name, 'orders');
  const form = (order: string, words: string): Markup =>
    html`<form method="post" action="${path}"><button name="order" value="${order}">${words}</button></form>`;
  const cancel = html`<details id="cancel">
    <summary>Cancel …</summary>
    <p>Ends the sweep on purpose. What is finished stays; resume takes up the rest.</p>
    ${form('cancel', 'Cancel the sweep')}
  </details>`;
  if (isOpen(sweep)) return html`<div class="orders">${form('pause', 'Pause')}${cancel}</div>`;
  if (sweep.state === 'paused') return html`<div class="orders">${form('continue', 'Continue')}${cancel}</div>`;
  if (sweep.state === 'complete') return html``;
  return html`<div class="orders">${form('resume', 'Resume')}</div>`;
}
