/**
 * The shop as browsers get it: its files (assets.ts), and the one HTML page that every address of a page is answered with.
 * Which page it becomes is decided in the browser, from the address; the server only says whether there is such a page
 * (200) or not (404: the shop draws its own sentence for that).
 */
import { randomBytes } from 'node:crypto';
import { Assets, assetAnswer } from './assets.ts';
import { FILE_HEADERS, ONLY_HTTPS, pageHeaders, WORKER_HEADERS } from './page-headers.ts';
import { hasScripts, membershipScripts, type PaymentScripts } from './payment-policy.ts';
import type { HttpRequest, HttpResponse } from './socket/socket-port.ts';

/** The addresses of clients/web/src/routes.ts, which a test compares. */
const PAGES = [
  /^\/$/,
  /^\/films\/[^/]+$/,
  /^\/screenings\/[^/]+(\/checkout)?$/,
  /^\/pay\/[^/]+$/,
  /^\/orders\/[^/]+$/,
  /^\/tickets(\/[^/]+)?$/,
  /^\/account(\/(sign-in|sign-up|confirm|reset|forgot|club))?$/,
  /^\/staff\/welcome$/,
];

/** Where providers' scripts take money: the pages of clients/web/src/shell/payment-address.ts, which a test compares. */
const PAYMENT_PAGES = [/^\/screenings\/[^/]+\/checkout$/, /^\/pay\/[^/]+$/];
/** Where a membership is paid: by card only. */
const MEMBERSHIP_PAGES = [/^\/account\/club$/];

/**
 * Which kind of document a page is, as the page itself reads it. one: there is no other kind here, since no provider's script
 * runs anywhere.
 */
type DocumentKind = 'one' | 'plain' | 'payment' | 'membership';

/** What the build writes where a nonce belongs. */
const NONCE_MARK = '%NONCE%';
/** And where the kind of the document does. */
const DOCUMENT_MARK = '%DOCUMENT%';
const NONCE_BYTES = 16;
const NOT_FOUND = { ...FILE_HEADERS, 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };

export class ShopPages {
  readonly #assets = new Assets();
  /** index.html of each kind, cut where nonces belong; null when the shop was not built. */
  readonly #index: Readonly<Record<DocumentKind, readonly string[]>> | null;
  readonly #scripts: PaymentScripts;
  readonly #httpsHeaders: Readonly<Record<string, string>>;

  /**
   * `folder`: where the build of clients/web lies; read now. `publicUrl`: as visitors reach it. `scripts`: of the providers with
   * whom people pay here; with the sandbox alone none.
   */
  constructor(folder: string, publicUrl: string, scripts: PaymentScripts = { stripe: null, paypal: null }) {
    this.#assets.add('/', folder);
    const index = this.#assets.takeText('/index.html');
    const ofKind = (kind: DocumentKind): readonly string[] =>
      withNonceMarks(index ?? '')
        .replace(DOCUMENT_MARK, kind)
        .split(NONCE_MARK);
    const documents = () => ({
      ...{ one: ofKind('one'), plain: ofKind('plain') },
      ...{ payment: ofKind('payment'), membership: ofKind('membership') },
    });
    this.#index = index === null ? null : documents();
    this.#scripts = scripts;
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
    const kind = this.#kindOf(request.path);
    return {
      status: isPage ? 200 : 404,
      headers: { ...pageHeaders(nonce, this.#scriptsOn(kind)), ...this.#httpsHeaders },
      body: this.#index[kind].join(nonce),
    };
  }

  #kindOf(path: string): DocumentKind {
    if (!hasScripts(this.#scripts)) return 'one';
    if (PAYMENT_PAGES.some((page) => page.test(path))) return 'payment';
    return MEMBERSHIP_PAGES.some((page) => page.test(path)) ? 'membership' : 'plain';
  }

  /** Null: no provider's script runs there. */
  #scriptsOn(kind: DocumentKind): PaymentScripts | null {
    if (kind === 'payment') return this.#scripts;
    const members = membershipScripts(this.#scripts);
    return kind === 'membership' && hasScripts(members) ? members : null;
  }
}

/** Angular gives its scripts the mark; what they are preloaded by needs one as well, under a policy of nonces. */
function withNonceMarks(html: string): string {
  return html.replaceAll('<link rel="modulepreload"', `<link rel="modulepreload" nonce="${NONCE_MARK}"`);
}
