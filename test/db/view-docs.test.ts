import { readFileSync } from 'node:fs';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, createTestDatabase } from '../support/postgres.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase();
});
afterAll(() => own.drop());

test('the views are documented: each one, with every column and no other, in their order', async () => {
  const { rows } = await own.database.execute<{ view: string; column: string }>(
    sql`select table_name as view, column_name as column from information_schema.columns
        join information_schema.views using (table_schema, table_name)
        where table_schema = 'public' order by table_name, ordinal_position`,
  );
  const sections = readFileSync('docs/views.md', 'utf8').split(/^## /m).slice(1);
  const documented = sections.flatMap((section) => {
    const [, view = ''] = /^`(\w+)`/.exec(section) ?? [];
    return [...section.matchAll(/^\| `(\w+)`/gm)].map(([, column = '']) => ({ view, column }));
  });
  const byView = (found: { view: string; column: string }[]): Record<string, string[]> =>
    Object.fromEntries(
      found.map(({ view }) => [view, found.filter((row) => row.view === view).map(({ column }) => column)]),
    );
  expect(byView(documented)).toEqual(byView(rows));
});

test('a view that the document names has words for every column that it introduces', () => {
  const lines = readFileSync('docs/views.md', 'utf8').split('\n');
  const columns = lines.filter((line) => line.startsWith('| `'));
  expect(columns.filter((line) => /\| +\|$/.test(line))).toEqual([]);
});
