/**
 * Pages on which money is paid are documents of their own: the providers' scripts need a wider policy than any other page has, and
 * a policy is fixed when its document loads. The server says in the page which kind a document is (server/shop-pages.ts).
 */
import { type PageKind, pageKindOf } from './payment-address.ts';

/** one: there is no other kind here, since no provider's script runs anywhere. */
export type DocumentKind = 'one' | PageKind;

const KINDS: readonly string[] = ['plain', 'payment', 'membership'] satisfies readonly DocumentKind[];

/** As the server has written it; 'one' where nobody has: in development the pages come from elsewhere. */
export function documentKind(page: Pick<Document, 'querySelector'> = document): DocumentKind {
  const kind = page.querySelector<HTMLMetaElement>('meta[name="document"]')?.content ?? '';
  return KINDS.includes(kind) ? (kind as DocumentKind) : 'one';
}

/** Whether what stands at `address` belongs into a document of another kind than this one. */
export function needsOtherDocument(kind: DocumentKind, address: string): boolean {
  return kind !== 'one' && pageKindOf(address) !== kind;
}

/** How the browser is brought there, so that its back button finds what it would have found without. */
export type Load =
  /** The address is there already: somebody went back or forward. */
  | { readonly by: 'reload' }
  | { readonly by: 'assign'; readonly url: string }
  /** What the next page is to know lies in the history's own state, which a load of the page keeps. */
  | { readonly by: 'push' | 'replace'; readonly url: string; readonly state: Readonly<Record<string, unknown>> };

export interface WantedPage {
  readonly url: string;
  readonly isTraversal: boolean;
  readonly replaces: boolean;
  readonly state: Readonly<Record<string, unknown>>;
}

export function loadOf({ url, isTraversal, replaces, state }: WantedPage): Load {
  if (isTraversal) return { by: 'reload' };
  if (replaces) return { by: 'replace', url, state };
  return Object.keys(state).length === 0 ? { by: 'assign', url } : { by: 'push', url, state };
}
