// What a browser sends: an order to a sweep, or the token at the entrance.
import type { IncomingMessage } from 'node:http';
import { pathHere } from './address.ts';
import { answerPage, redirect, type Exchange } from './answer.ts';
import { isToken, tokenCookie } from './guard.ts';
import { html } from './html.ts';
import type { Page } from './layout.ts';
import { sweepPath } from './names.ts';
import { ORDERS, type GiveOrder } from './orders.ts';
import { problemOf, problemPage } from './problems.ts';

export interface Taking {
  giveOrder: GiveOrder;
  onError: (error: unknown) => void;
}

/** `POST /sweeps/<name>/orders`, with `order` in the form. */
export async function takeOrder(exchange: Exchange, taking: Taking, parts: readonly string[]): Promise<void> {
  const [kind, name, what, ...rest] = parts;
  if (kind !== 'sweeps' || name === undefined || what !== 'orders' || rest.length > 0)
    return answerPage(exchange, problemPage(404, "Expected the path of a sweep's orders, found another one."));
  const form = await readForm(exchange.request);
  const order = ORDERS.find((one) => one === form?.get('order'));
  if (order === undefined) {
    const problem = `Expected the order to be one of ${ORDERS.join(', ')}, found another one.`;
    return answerPage(exchange, problemPage(400, problem));
  }
  try {
    await taking.giveOrder(order, name);
  } catch (error) {
    const more = html`<p><a href="${sweepPath(name)}">Back to the sweep</a></p>`;
    return answerPage(exchange, problemOf({ error, onError: taking.onError, more }));
  }
  redirect(exchange, `${sweepPath(name)}?told=${order}`);
}

/** Takes the token once, from the form; from then on the browser's cookie carries it. */
export async function enter(exchange: Exchange, token: string | null): Promise<void> {
  if (token === null) {
    redirect(exchange, '/');
    return;
  }
  if (exchange.request.method !== 'POST') return answerPage(exchange, entrance('/'));
  const form = await readForm(exchange.request);
  const next = pathHere(form?.get('next') ?? '/');
  if (!isToken(form?.get('token') ?? '', token))
    return answerPage(exchange, entrance(next, 'Expected the token, found another one.'));
  redirect(exchange, next, { 'set-cookie': tokenCookie(token) });
}

/** @param next where the token leads */
export function entrance(next: string, problem: string | null = null): Page {
  const content = html`<h1>Token</h1>
    <p>This page is shown to whoever has the token that <code>lpt-sweep serve</code> printed or was given.</p>
    <form method="post" action="/enter" class="choices">
      <label>token<input name="token" type="password" required autocomplete="current-password" /></label>
      <input name="next" type="hidden" value="${next}" />
      <button>Enter</button>
    </form>
    ${problem !== null && html`<p class="wrong" role="alert">${problem}</p>`}`;
  return { title: 'Token', content, status: problem === null ? 401 : 403 };
}

const LARGEST_FORM = 10_000;

/** Null where it is longer than any form of ours. */
async function readForm(request: IncomingMessage): Promise<URLSearchParams | null> {
  let text = '';
  for await (const piece of request) {
    text += String(piece);
    if (text.length > LARGEST_FORM) return null;
  }
  return new URLSearchParams(text);
}
