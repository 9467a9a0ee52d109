/**
 * The shop as browsers get it: its files (assets.ts), and the one HTML page that every address of a page is answered with.
 * Which page it becomes is decided in the browser, from the address; the server only says whether there is such a page
 * (200) or not (404: the shop draws its own sentence for that).
 */
import { randomBytes } from 'node:crypto';
import { Assets, assetAnswer } from './assets.ts';
import { FILE_HEADERS, ONLY_HTTPS, pageHeaders, WORKER_HEADERS } from './page-headers.ts';
import type { HttpRequest, HttpResponse } from './socket/socket-port.ts';

/** The addresses of clients/web/src/routes.ts, which a test compares. */
const PAGES = [
  /^\/$/,
  /^\/films\/[^/]+$/,
  /^\/screenings\/[^/]+(\/checkout)?$/,
  /^\/orders\/[^/]+$/,
  /^\/tickets(\/[^/]+)?$/,
  /^\/account(\/(sign-in|sign-up|confirm|reset|forgot))?$/,
  /^\/staff\/welcome$/,
];

/** What the build writes where a nonce belongs. */
const NONCE_MARK = '%NONCE%';
const NONCE_BYTES = 16;
const NOT_FOUND = { ...FILE_HEADERS, 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };

export class ShopPages {
  readonly #assets = new Assets();
  /** index.html, cut where nonces belong; null when the shop was not built. */
  readonly #index: readonly string[] | null;
  readonly #httpsHeaders: Readonly<Record<string, string>>;

  /** `folder`: where the build of clients/web lies; read now. `publicUrl`: as visitors reach it. */
  constructor(folder: string, publicUrl: string) {
    this.#assets.add('/', folder);
    const index = this.#assets.takeText('/index.html');
    this.#index = index === null ? null : withNonceMarks(index).split(NONCE_MARK);
    this.#httpsHeaders = publicUrl.startsWith('https:') ? ONLY_HTTPS : {};
  }

  /** For GET and HEAD; always an answer. */
  answer(request: HttpRequest): HttpResponse {
    const asset = this.#assets.find(request.path);
    if (asset !== null) {
      const answer = assetAnswer(asset, request);
      const more = request.path === '/sw.js' ? WORKER_HEADERS : {};
      return { ...answer, headers: { ...answer.headers, ...more, ...this.#httpsHeaders } };
    }
    const isPage = PAGES.some((page) => page.test(request.path));
    // A script or an image that is not there is no page: whoever wants HTML says so, as browsers do.
    const wantsPage = isPage || (request.header('accept') ?? '').includes('text/html');
    if (!wantsPage) return { status: 404, headers: NOT_FOUND, body: 'not found\n' };
    if (this.#index === null)
      return { status: 404, headers: NOT_FOUND, body: 'The shop is not built here: "npm run build" makes it.\n' };
    const nonce = randomBytes(NONCE_BYTES).toString('base64url');
    return {
      status: isPage ? 200 : 404,
      headers: { ...pageHeaders(nonce), ...this.#httpsHeaders },
      body: this.#index.join(nonce),
    };
  }
}

/** Angular gives its scripts the mark; what they are preloaded by needs one as well, under a policy of nonces. */
function withNonceMarks(html: string): string {
  return html.replaceAll('<link rel="modulepreload"', `<link rel="modulepreload" nonce="${NONCE_MARK}"`);
}
