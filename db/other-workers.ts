// Whether a trial that a worker has lost is better tried on another one.
import { and, desc, eq, gt, inArray, ne, or, sql } from 'drizzle-orm';
import type { ErrorKind } from '../sweep/error-kinds.ts';
import type { Transaction } from './client.ts';
import { attempts } from './schema.ts';

interface Asked {
  trialId: string;
  worker: string;
  device: string;
}

/** Failures of where the attempt ran: elsewhere the next may go well. */
const LOCAL: readonly ErrorKind[] = ['trainer-lost', 'worker-lost', 'hub-away'];

/** True where the trial's last attempt was lost on this very worker, and others of its device have been at work lately. */
export async function isBetterLeftTo(transaction: Transaction, asked: Asked): Promise<boolean> {
  const [last] = await transaction
    .select({ worker: attempts.worker, errorKind: attempts.errorKind })
    .from(attempts)
    .where(eq(attempts.trialId, asked.trialId))
    .orderBy(desc(attempts.attempt))
    .limit(1);
  if (last?.worker !== asked.worker || last.errorKind === null || !LOCAL.includes(last.errorKind)) return false;
  return areOthersAtWork(transaction, asked);
}

async function areOthersAtWork(transaction: Transaction, { worker, device }: Asked): Promise<boolean> {
  const lately = sql`now() - interval '10 minutes'`;
  const others = await transaction
    .select({ worker: attempts.worker })
    .from(attempts)
    .where(
      and(
        ne(attempts.worker, worker),
        eq(attempts.device, device),
        // One that lost its last attempt may be gone.
        or(
          eq(attempts.state, 'running'),
          and(inArray(attempts.state, ['complete', 'failed']), gt(attempts.finishedAt, lately)),
        ),
      ),
    )
    .limit(1);
  return others.length > 0;
}
