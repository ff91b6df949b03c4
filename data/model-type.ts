// What Hugging Face calls the type of a backbone, where its folder is at hand.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const configSchema = z.object({ model_type: z.string() });

/** Null where the folder is not on this machine, or is none of a backbone. */
export async function readModelType(folder: string): Promise<string | null> {
  try {
    return configSchema.parse(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))).model_type;
  } catch {
    return null;
  }
}
