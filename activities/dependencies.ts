// What activities need from the worker that runs them: effects come in by argument.
import type { Database } from '../db/client.ts';
import type { ProgramProvenance } from '../sweep/provenance.ts';
import type { FindData } from './local-data.ts';
import type { Observe } from './happening.ts';
import type { TrainerPool } from './trainer-pool.ts';

export interface Dependencies {
  database: Database;
  /** One trainer a device. */
  trainers: TrainerPool;
  /** Who writes: shown beside each attempt. */
  worker: string;
  /** Where this worker alone is asked for a trial. */
  ownQueue?: string;
  /** What its trainers compute on: `cpu` or `gpu`. */
  device: string;
  /** What program this worker runs: found out once. */
  program: ProgramProvenance;
  /** Finds or fetches a backbone on this machine; `onProgress` is called as long as that goes on. */
  resolveBackbone: (name: string, onProgress: () => void) => Promise<{ folder: string }>;
  /** Folders with backbones in them: searched by fingerprint where the name leads to another, or nowhere. */
  backboneFolders?: readonly string[];
  /** Finds or fetches a task's files on this machine. */
  findData: FindData;
  /** For what a person should know of this worker. */
  say: (text: string) => void;
  /** Hears what happens, for logs, metrics and traces; nobody does where absent. */
  observe?: Observe;
  /** Milliseconds to wait between two tries of a write; replaced in tests. */
  retryDelaysMs?: readonly number[];
}
