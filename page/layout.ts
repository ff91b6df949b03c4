// What is around every page: head, the way back, and the place where it says that it is no longer live.
import { html, type Content, type Markup } from './html.ts';

export interface Page {
  title: string;
  content: Content;
  /** Where changes are told that this page is to follow; absent: it does not change. */
  events?: string;
  status?: number;
}

export function layout({ title, content, events }: Page): Markup {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} – lpt-sweep</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/style.css" />
        <script type="module" src="/live.mjs"></script>
      </head>
      <body data-events="${events}">
        <a class="skip" href="#main">Skip to the content</a>
        <header class="top">
          <a href="/">lpt-sweep</a>
          <p id="away" role="status"></p>
        </header>
        <main id="main">${content}</main>
      </body>
    </html>`;
}
