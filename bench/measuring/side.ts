// One side of a comparison: a child process that answers each line it is sent with a line of JSON.
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { z } from 'zod';

export interface SideCommand {
  program: string;
  args: string[];
  env: Record<string, string>;
}

export class Side {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<number | null>;
  #errors = '';

  constructor({ program, args, env }: SideCommand) {
    this.#child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.#errors = (this.#errors + chunk.toString()).slice(-4000)));
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#errors += error.message;
        resolve(null);
      });
      this.#child.once('close', resolve);
    });
    if (this.#child.stdout === null) throw new Error('Expected a pipe from the child process, found none.');
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** @throws where the process ends without an answer, with the last of what it printed as an error */
  async next<Answer>(schema: z.ZodType<Answer>): Promise<Answer> {
    const line = await this.#lines.next();
    if (line.done) throw new Error(`Expected an answer, found that the process had ended:\n${this.#errors}`);
    return schema.parse(JSON.parse(line.value));
  }

  async ask<Answer>(line: string, schema: z.ZodType<Answer>): Promise<Answer> {
    this.#child.stdin?.write(`${line}\n`);
    return this.next(schema);
  }

  async close(): Promise<void> {
    this.#child.stdin?.end();
    await this.#ended;
  }
}
