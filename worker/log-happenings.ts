// What happens to an attempt, said in one line each.
import type { AttemptName, Happening, Observe } from '../activities/happening.ts';
import type { Work } from '../training/messages.ts';
import type { TrainEvent } from '../training/train-options.ts';
import type { Log, LogEntry } from './log.ts';

type Said = Pick<LogEntry, 'level' | 'message'> & { event?: string; fields?: LogEntry['fields'] };
type Of<T extends Happening['type']> = Extract<Happening, { type: T }>;

export function logHappenings(log: Log): Observe {
  return (happening) => {
    const said = sayingOf(happening);
    if (said === null) return;
    const about = 'of' in happening ? fieldsOf(happening.of) : {};
    const { level, message, event = happening.type, fields } = said;
    log({ level, event, message, fields: { ...about, ...fields } });
  };
}

function fieldsOf({ sweep, trial, trialId, attempt }: AttemptName): NonNullable<LogEntry['fields']> {
  return { sweep, trial, trialId, attempt };
}

function nameOf({ trial, attempt }: AttemptName): string {
  return `${trial} attempt ${attempt}`;
}

function sayingOf(happening: Happening): Said | null {
  switch (happening.type) {
    case 'attempt-begun':
      return begun(happening);
    case 'attempt-ended':
      return ended(happening);
    case 'checkpoint-saved':
      return saved(happening);
    case 'write-refused':
      return { level: 'warn', message: `${nameOf(happening.of)} was refused a write: ${happening.message}` };
    case 'trial-settled':
      return settled(happening);
    case 'trainer-started':
      return { level: 'info', message: `Trainer ${happening.pid} is started.`, fields: { pid: happening.pid } };
    case 'trainer-died':
      return died(happening);
    case 'trainer-retired':
      return retired(happening);
    case 'database-away':
      return { level: 'warn', message: 'The database is away, or has no room: trying again.' };
    case 'database-back':
      return {
        level: 'info',
        message: `The database is back after ${happening.tries} tries.`,
        fields: { tries: happening.tries },
      };
    case 'hub-away':
      return { level: 'warn', message: `The hub is away, trying again: ${happening.message}` };
    case 'hub-back':
      return {
        level: 'info',
        message: `The hub is back after ${happening.tries} tries.`,
        fields: { tries: happening.tries },
      };
    case 'trainer-said':
      return trainerSaid(nameOf(happening.of), happening.event);
  }
}

function begun({ of, resumedFromStep }: Of<'attempt-begun'>): Said {
  const how = resumedFromStep === null ? 'begins' : `goes on from step ${resumedFromStep}`;
  return { level: 'info', message: `${nameOf(of)} ${how}.`, fields: { resumedFromStep } };
}

function ended({ of, end, ms, kind, message }: Of<'attempt-ended'>): Said {
  const why = message === undefined || message === '' ? '' : `: ${message}`;
  const how = {
    ...{ complete: 'is complete', stopped: 'stopped as it was told', yielded: 'goes back to the queue' },
    'stopped-early': 'is stopped early',
  };
  const said = end === 'failed' ? `failed (${kind ?? 'unknown'})${why}` : how[end];
  const fields = { end, seconds: round(ms / 1000), kind, error: message };
  return {
    level: end === 'failed' ? 'warn' : 'info',
    message: `${nameOf(of)} ${said}, ${round(ms / 1000)} s.`,
    fields,
  };
}

function settled({ trialId, state }: Of<'trial-settled'>): Said {
  const fields = { trialId, state };
  return {
    level: state === 'failed' ? 'warn' : 'info',
    message: `Trial ${trialId} is ${state}: it is not tried again.`,
    fields,
  };
}

function died({ pid, how }: Of<'trainer-died'>): Said {
  const message = `Trainer ${pid} died (${how}); the next attempt gets a new one.`;
  return { level: 'warn', message, fields: { pid, how } };
}

function retired({ pid }: Of<'trainer-retired'>): Said {
  return { level: 'info', message: `Trainer ${pid} is ended; the next attempt gets a new one.`, fields: { pid } };
}

function saved({ of, step, bytes, ms }: Of<'checkpoint-saved'>): Said {
  const message = `${nameOf(of)} saved its checkpoint of step ${step} (${bytes} bytes, ${round(ms)} ms).`;
  return { level: 'debug', message, fields: { step, bytes, ms: round(ms) } };
}

function trainerSaid(name: string, event: TrainEvent): Said | null {
  if (event.type === 'worked') return worked(name, event.work);
  if (event.type === 'notice') return { event: 'trainer-notice', level: 'warn', message: `${name}: ${event.text}` };
  if (event.type !== 'evaluation') return null;
  const { step, split, metric, score, loss, examples } = event.evaluation;
  const message = `${name} step ${step}: ${metric} ${round(score, 4)} on ${split}, loss ${round(loss, 4)}.`;
  return { event: 'evaluation', level: 'info', message, fields: { step, split, metric, score, loss, examples } };
}

const DONE: Record<Work['phase'], string> = {
  loading: 'loaded its backbone and data',
  caching: 'has its hidden states',
  training: 'trained',
  evaluating: 'evaluated',
  checkpointing: 'made its checkpoint',
};

function worked(name: string, { phase, step, ms, stepMs }: Work): Said {
  const steps = stepMs === undefined ? '' : ` ${stepMs.length} steps, up to step ${step},`;
  const message = `${name} ${DONE[phase]}${steps} in ${round(ms)} ms.`;
  return { event: phase, level: phase === 'loading' ? 'info' : 'debug', message, fields: { step, ms: round(ms) } };
}

function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
