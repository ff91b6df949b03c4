// Text for LaTeX: what has a meaning there is written so that it is shown instead.

const SPECIAL: Record<string, string> = {
  '\\': '\\textbackslash{}',
  '{': '\\{',
  '}': '\\}',
  '&': '\\&',
  '%': '\\%',
  $: '\\$',
  '#': '\\#',
  _: '\\_',
  '^': '\\textasciicircum{}',
  '~': '\\textasciitilde{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '"': "''", // \textquotedbl is none of the default encoding's
  '±': '$\\pm$',
};

/** Line ends become blanks: two in a row would end a paragraph. */
export function escapeLatex(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ').replace(/[\\{}&%$#_^~<>|"±]/g, (letter) => SPECIAL[letter] ?? letter);
}
