// The trainer's phases as spans below the span of their attempt. Steps are told of together: a span a stretch of training.
import { context, SpanStatusCode, trace, type Attributes, type Context } from '@opentelemetry/api';
import type { AttemptName, Happening, Observe } from '../activities/happening.ts';
import type { Evaluation, Work } from '../training/messages.ts';

/** Must hear `attempt-begun` from within the attempt's activity: its span is found by that. */
export function traceHappenings(): Observe {
  const attempts = new Map<string, Context>();
  return (happening) => {
    if (happening.type === 'attempt-begun') begin(attempts, happening);
    if (happening.type === 'trainer-said') {
      const parent = attempts.get(keyOf(happening.of));
      if (parent === undefined) return;
      if (happening.event.type === 'worked') addPhase(parent, happening.event.work);
      if (happening.event.type === 'evaluation') addScore(parent, happening.event.evaluation);
    }
    if (happening.type === 'attempt-ended') end(attempts, happening);
  };
}

type Attempts = Map<string, Context>;
type Of<T extends Happening['type']> = Extract<Happening, { type: T }>;

function begin(attempts: Attempts, { of, resumedFromStep }: Of<'attempt-begun'>): void {
  const active = context.active();
  attempts.set(keyOf(of), active);
  const { sweep, trial, trialId, attempt } = of;
  const attributes = { sweep, trial, trialId, attempt, ...(resumedFromStep === null ? {} : { resumedFromStep }) };
  trace.getSpan(active)?.setAttributes(attributes);
}

function end(attempts: Attempts, { of, end: how, kind }: Of<'attempt-ended'>): void {
  const parent = attempts.get(keyOf(of));
  attempts.delete(keyOf(of));
  const span = parent && trace.getSpan(parent);
  span?.setAttributes({ end: how, ...(kind === undefined ? {} : { kind }) });
  if (how === 'failed') span?.setStatus({ code: SpanStatusCode.ERROR, message: kind ?? 'unknown' });
}

function addPhase(parent: Context, { phase, step, startedAt, ms, stepMs, usage }: Work): void {
  const attributes: Attributes = { step, cacheHits: usage.hits, cacheMisses: usage.fills };
  if (stepMs !== undefined) attributes['steps'] = stepMs.length;
  const span = trace.getTracer('lpt-sweep').startSpan(phase, { startTime: startedAt, attributes }, parent);
  span.end(startedAt + ms);
}

function addScore(parent: Context, { step, split, metric, score }: Evaluation): void {
  trace.getSpan(parent)?.addEvent('scored', { step, split, metric, score });
}

function keyOf({ trialId, attempt }: AttemptName): string {
  return `${trialId} ${attempt}`;
}
