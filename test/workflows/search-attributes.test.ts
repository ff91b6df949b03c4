import { SearchAttributeType } from '@temporalio/common';
import { expect, test } from 'vitest';
import { BEGUN } from '../../activities/announce.ts';
import { SEARCH_ATTRIBUTES as ON_THE_SERVER } from '../../runtime/temporal-cluster.ts';
import { begunSignal } from '../../workflows/messages.ts';
import { SEARCH_ATTRIBUTES as IN_WORKFLOWS } from '../../workflows/search-attributes.ts';

test('the server is asked for the very attributes that workflows write, with their types', () => {
  const types = { [SearchAttributeType.KEYWORD]: 'Keyword', [SearchAttributeType.INT]: 'Int' };
  const written = IN_WORKFLOWS.map(({ name, type }) => [
    name,
    Object.entries(types).find(([key]) => key === type)?.[1],
  ]);
  expect(Object.fromEntries(written)).toEqual(ON_THE_SERVER);
});

test('an activity announces its attempt by the signal that the workflow hears', () => {
  expect(begunSignal.name).toBe(BEGUN);
});
