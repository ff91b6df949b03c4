// What a chart's page lets a reader choose: the task with its regime, dev or test, and a generator.
import { listFacets, type Facet } from '../../db/charts/facets.ts';
import { regimeWords } from '../../sweep/regime.ts';
import { html, type Markup } from '../html.ts';
import type { Visit } from '../visit.ts';

export const SCORES = ['dev', 'test'] as const;
export type ScoreName = (typeof SCORES)[number];

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

type Named = Pick<Facet, 'task' | 'regime' | 'k' | 'metric'>;

/** `mr, few-shot 32`, and `mr, few-shot 32, f1` where others of `among` have the task with another metric. */
export function facetName({ task, regime, k, metric }: Named, among: readonly Named[]): string {
  const isAlike = (other: Named): boolean => other.task === task && other.regime === regime && other.k === k;
  const isOneOfSeveral = among.some((other) => isAlike(other) && other.metric !== metric);
  return `${task}, ${regimeWords({ regime, k })}${isOneOfSeveral ? `, ${metric}` : ''}`;
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

export const OF_SCORE: Record<ScoreName, string> = {
  dev: 'dev scores, on which configurations are chosen',
  test: 'test scores; the configurations were chosen on dev',
};

export interface BothScores {
  devMean: number;
  devSd: number | null;
  testMean: number;
  testSd: number | null;
}

/** Of a mean over seeds, the score that a reader chose. */
export function scoreOf(row: BothScores, score: ScoreName): { score: number; sd: number | null } {
  return score === 'dev' ? { score: row.devMean, sd: row.devSd } : { score: row.testMean, sd: row.testSd };
}
