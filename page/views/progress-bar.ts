// Trials by state as one bar, with the counts beside it in words.
import type { StateCounts } from '../../db/sweeps.ts';
import { TRIAL_STATES, type TrialState } from '../../sweep/states.ts';
import { html, type Markup } from '../html.ts';

/** What is settled stands left. A state without a place does not compile. */
const PLACES: Record<TrialState, number> = {
  complete: 0,
  'stopped-early': 1,
  failed: 2,
  cancelled: 3,
  running: 4,
  paused: 5,
  waiting: 6,
};
const ORDER = [...TRIAL_STATES].sort((one, other) => PLACES[one] - PLACES[other]);

export function progressBar(counts: StateCounts): Markup {
  const total = TRIAL_STATES.reduce((sum, state) => sum + counts[state], 0);
  let x = 0;
  const parts = ORDER.map((state) => {
    const part = html`<rect class="fill-${state}" x="${x}" y="0" width="${counts[state]}" height="1" />`;
    x += counts[state];
    return part;
  });
  return html`<svg
    class="bar"
    viewBox="0 0 ${Math.max(1, total)} 1"
    preserveAspectRatio="none"
    role="img"
    aria-label="${counts.complete} of ${total} trials complete"
  >
    ${parts}
  </svg>`;
}

export function stateCounts(counts: StateCounts): Markup {
  const shown = ORDER.filter((state) => counts[state] > 0);
  return html`<ul class="counts">
    ${shown.map(
      (state) =>
        html`<li><span class="state state-${state}">${counts[state].toLocaleString('en-US')} ${state}</span></li>`,
    )}
  </ul>`;
}
