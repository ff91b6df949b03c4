// Server-sent events: each open page hears when its sweep has changed, at most once in a while.
import { listenForChanges } from '../db/sweep-changes.ts';
import { openStream, type Exchange } from './answer.ts';
import type { Database } from './visit.ts';

/** Between two words to one page: a fast sweep changes more often than anybody reads. */
const LEAST_MS = 1_000;
/** Proxies end connections on which nothing is said. */
const ALIVE_MS = 15_000;
const MOST_READERS = 200;

interface Reader {
  /** Null: it follows all sweeps. */
  sweepId: string | null;
  tell: () => void;
  end: () => void;
}

export interface Events {
  /** Resolves when changes are heard. */
  ready: Promise<void>;
  /** False where too many listen already. */
  add: (exchange: Exchange, sweepId: string | null) => boolean;
  close: () => Promise<void>;
}

export function openEvents(database: Database): Events {
  const readers = new Set<Reader>();
  const listening = listenForChanges(database, (sweepId) => {
    for (const reader of readers) {
      if (sweepId === null || reader.sweepId === null || reader.sweepId === sweepId) reader.tell();
    }
  });
  return {
    ready: listening.ready,
    add: (exchange, sweepId) => {
      if (readers.size >= MOST_READERS) return false;
      openStream(exchange);
      const reader = { sweepId, ...teller(exchange) };
      readers.add(reader);
      exchange.response.on('close', () => {
        readers.delete(reader);
        reader.end();
      });
      return true;
    },
    close: async () => {
      for (const reader of readers) reader.end();
      await listening.close();
    },
  };
}

/** The first change is told at once, those that follow it closely are told together. */
function teller({ response }: Exchange): Pick<Reader, 'tell' | 'end'> {
  let lastAt = Number.NEGATIVE_INFINITY;
  let waiting: NodeJS.Timeout | undefined;
  const alive = setInterval(() => response.write(': here\n\n'), ALIVE_MS);
  const tellNow = (): void => {
    waiting = undefined;
    lastAt = performance.now();
    response.write('event: change\ndata: {}\n\n');
  };
  return {
    tell: () => (waiting ??= setTimeout(tellNow, Math.max(0, lastAt + LEAST_MS - performance.now()))),
    end: () => {
      clearInterval(alive);
      clearTimeout(waiting);
      response.end();
    },
  };
}
