// What a chart's page lets a reader choose: the task with its regime, dev or test, and a generator.
import { listFacets, type Facet } from '../../db/charts/facets.ts';
import { html, type Markup } from '../html.ts';
import { facetName } from '../names.ts';
import { SCORES, type ScoreName } from '../score.ts';
import type { Visit } from '../visit.ts';

export interface Chosen {
  /** Null where the sweep has no trials. */
  facet: Facet | null;
  score: ScoreName;
  facets: Facet[];
}

/** Anything that is not offered is as if it were not asked for. */
export async function readChoice({ database, parameters }: Visit, sweepId: string): Promise<Chosen> {
  const facets = await listFacets(database, sweepId);
  const facet = facetAsked(facets, parameters.get('task')) ?? facets[0] ?? null;
  const score = SCORES.find((name) => name === parameters.get('score')) ?? 'dev';
  return { facet, score, facets };
}

/** An address from before its task had a second metric names none: it means the first. */
function facetAsked(facets: readonly Facet[], asked: string | null): Facet | undefined {
  return facets.find((one) => facetName(one, facets) === asked) ?? facets.find((one) => facetName(one, []) === asked);
}

export interface Choice {
  name: string;
  label: string;
  values: readonly string[];
  chosen: string;
}

export function facetChoice({ facets, facet }: Chosen): Choice {
  return {
    name: 'task',
    label: 'task and regime',
    values: facets.map((one) => facetName(one, facets)),
    chosen: facet ? facetName(facet, facets) : '',
  };
}

export function scoreChoice({ score }: Chosen): Choice {
  return { name: 'score', label: 'score', values: SCORES, chosen: score };
}

/** A form that works without scripts; a choice with one value needs none. */
export function choiceForm(choices: readonly Choice[]): Markup | null {
  const real = choices.filter(({ values }) => values.length > 1);
  if (real.length === 0) return null;
  const fields = real.map(
    ({ name, label, values, chosen }) =>
      html`<label
        >${label}<select name="${name}">
          ${values.map((value) =>
            value === chosen
              ? html`<option value="${value}" selected>${value}</option>`
              : html`<option value="${value}">${value}</option>`,
          )}
        </select></label
      >`,
  );
  return html`<form method="get" class="choices">${fields}<button>Show</button></form>`;
}
