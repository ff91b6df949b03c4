// The files that describe an uncased WordPiece tokenizer, made from its vocabulary alone.

const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];

/** @param {string} vocabulary one token a line, in the order of the ids */
export function wordPieceFiles(vocabulary) {
  const tokens = vocabulary.replace(/\r?\n$/, '').split(/\r?\n/);
  const ids = new Map(tokens.map((token, id) => [token, id]));
  if (ids.size !== tokens.length) throw new Error('Expected every token of vocab.txt once, found one twice.');
  return { 'tokenizer.json': tokenizer(ids), 'tokenizer_config.json': CONFIG };
}

const CONFIG = {
  tokenizer_class: 'BertTokenizer',
  do_lower_case: true,
  model_max_length: 512,
  unk_token: '[UNK]',
  sep_token: '[SEP]',
  pad_token: '[PAD]',
  cls_token: '[CLS]',
  mask_token: '[MASK]',
};

/** @param {Map<string, number>} ids */
function tokenizer(ids) {
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: SPECIAL.map((content) => ({ id: idOf(ids, content), content, ...ADDED })),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: postProcessor(ids),
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(ids),
    },
  };
}

const ADDED = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };

/** @param {Map<string, number>} ids */
function postProcessor(ids) {
  const special = (/** @type {string} */ id, typeId = 0) => ({ SpecialToken: { id, type_id: typeId } });
  const sequence = (/** @type {string} */ id, typeId = 0) => ({ Sequence: { id, type_id: typeId } });
  const first = [special('[CLS]'), sequence('A'), special('[SEP]')];
  return {
    type: 'TemplateProcessing',
    single: first,
    pair: [...first, sequence('B', 1), special('[SEP]', 1)],
    special_tokens: Object.fromEntries(
      ['[CLS]', '[SEP]'].map((id) => [id, { id, ids: [idOf(ids, id)], tokens: [id] }]),
    ),
  };
}

/**
 * @param {Map<string, number>} ids
 * @param {string} token
 */
function idOf(ids, token) {
  const id = ids.get(token);
  if (id === undefined) throw new Error(`Expected ${token} in vocab.txt, found no such token.`);
  return id;
}
