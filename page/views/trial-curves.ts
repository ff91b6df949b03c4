// One trial's curves: dev score, loss, gradient norm and learning rate against the step.
import type { TrialDetails } from '../../control/show.ts';
import type { listMetrics } from '../../db/metrics.ts';
import { curve, type CurveValue } from '../charts/curve.ts';
import { everyNth } from '../charts/every-nth.ts';
import { figure } from '../figure.ts';
import { html, type Markup } from '../html.ts';
import { table } from '../table.ts';

const POINTS = 400;
const ROWS = 40;

export function trialCurves(details: TrialDetails, metrics: Awaited<ReturnType<typeof listMetrics>>): Markup {
  const { evaluations, trial } = details;
  const dev = evaluations.filter(({ split }) => split === 'dev');
  const ofMetric = (name: string): CurveValue[] => metrics.filter((point) => point.name === name);
  const scores = dev.map(({ step, score }) => ({ step, value: 100 * score }));
  const selected =
    trial.selectedStep === null ? '' : ` Dashed: step ${trial.selectedStep}, whose weights were scored on test.`;
  const figures = [
    oneCurve({
      title: 'Dev score',
      label: 'score, %',
      values: scores,
      selectedStep: trial.selectedStep,
      more: selected,
    }),
    oneCurve({ title: 'Training loss', label: 'loss', values: ofMetric('loss') }),
    oneCurve({ title: 'Gradient norm', label: 'norm', values: ofMetric('gradientNorm') }),
    oneCurve({ title: 'Learning rate', label: 'learning rate', values: ofMetric('learningRate'), isSmall: true }),
  ];
  return html`<div class="several small">${figures}</div>`;
}

interface OneCurve {
  title: string;
  label: string;
  values: readonly CurveValue[];
  selectedStep?: number | null;
  isSmall?: boolean;
  more?: string;
}

function oneCurve({ title, label, values, selectedStep = null, isSmall = false, more = '' }: OneCurve): Markup {
  const words = { title, description: `The ${title.toLowerCase()} of this trial against its step.${more}` };
  const drawn = everyNth(values, POINTS);
  return figure({
    words,
    draw: values.length === 0 ? null : (width) => curve({ label, values: drawn, selectedStep, isSmall }, words, width),
    whenEmpty: 'Nothing is recorded, or it was pruned.',
    table: table({
      caption: values.length > ROWS ? `${title}: some of its ${values.length} steps` : title,
      rows: everyNth(values, ROWS),
      columns: [
        { title: 'step', cell: ({ step }) => step, isNumber: true, isHead: true },
        { title: label, cell: ({ value }) => value.toPrecision(4), isNumber: true },
      ],
      whenEmpty: 'None.',
    }),
  });
}
