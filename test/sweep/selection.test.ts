import { describe, expect, test } from 'vitest';
import { describeSelection, parseSelection } from '../../sweep/selection.ts';

describe('a selection', () => {
  test('is one field after another, each with one value or several', () => {
    const selection = parseSelection('method=lpt, insertionLayer=6|9,learningRate=1e-3,frozenDropout=false');
    expect(selection).toEqual([
      { field: 'method', values: ['lpt'] },
      { field: 'insertionLayer', values: [6, 9] },
      { field: 'learningRate', values: [0.001] },
      { field: 'frozenDropout', values: [false] },
    ]);
    expect(describeSelection(selection)).toBe('method=lpt,insertionLayer=6|9,learningRate=0.001,frozenDropout=false');
  });

  test('leaves a task its name, whatever it looks like', () => {
    expect(parseSelection('task=2024')).toEqual([{ field: 'task', values: ['2024'] }]);
  });

  test('takes several layers or matrices at once as one value, as results print them', () => {
    const selection = parseSelection('insertionLayer=6+9|3,targets=query + value');
    expect(describeSelection(selection)).toBe('insertionLayer=6+9|3,targets=query+value');
    expect(selection[0]).toEqual({ field: 'insertionLayer', values: ['6+9', 3] });
  });

  test.each([
    ['insertionLayer=6+x', /Expected `insertionLayer` to be a number, found `x`/],
    ['insertionLayer=6+', /Expected a value for `insertionLayer`, found nothing/],
    ['promptLength=5+10', /Expected `promptLength` to be a number, found `5\+10`/],
    ['insertionlayer=6', /found `insertionlayer`\. Did you mean `insertionLayer`\?/],
    ['method=ltp', /`method` to be one of .*, found `ltp`\. Did you mean `lpt`\?/],
    ['state=stuck', /`state` to be one of waiting, running, .*, found `stuck`/],
    ['k=many', /Expected `k` to be a number, found `many`/],
    ['method', /Expected a selection as `'method=lpt,insertionLayer=6\|9'`, found `method`/],
    ['', /found `nothing`/],
    ['k=', /Expected a value for `k`, found nothing/],
    ['k=16,k=32', /each field of a selection once, found `k` twice\. Several values are written `'k=6\|9'`/],
  ])('%j is refused with what was expected', (text, message) => {
    expect(() => parseSelection(text)).toThrow(message);
  });
});
