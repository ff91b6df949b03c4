// A process that writes blocks of hidden states: `tsx fill-blocks.ts FOLDER BLOCKS [as-nobody]`. Answers with a line of JSON.
import { BlockStore, type BlockKey } from '../../training/disk/block-store.ts';

/** Whom most systems know as the user without rights. */
const NOBODY = 65_534;
const [folder = '', blocks = '1', who] = process.argv.slice(2);
// As a trainer's process does: past the limit a write fails instead of ending it.
process.on('SIGXFSZ', () => undefined);
if (who === 'as-nobody' && process.getuid?.() === 0) process.setuid?.(NOBODY);

const said: string[] = [];
const store = new BlockStore({ folder, limitBytes: 2 ** 20, recipe: 'r', say: (text) => said.push(text) });
const block = { rows: [new Float32Array(100).fill(0.5), new Float32Array(200).fill(-1)], width: 100 };
const keyOf = (layer: number): BlockKey => ({ backbone: 'b', config: '{}', chunk: 'c', layer });
const isThere = store.read(keyOf(6)) !== null;
for (let layer = 1; layer <= Number(blocks); layer++) store.write(keyOf(layer), block);
const { unwritten } = store.counts();
store.goOn();
if (unwritten > 0) store.write(keyOf(1), block);
process.stdout.write(JSON.stringify({ said, unwritten, afterwards: store.counts().unwritten, read: isThere }));
