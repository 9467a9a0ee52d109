/**
 * An endpoint of the HTTP API: one record with the schemas of what comes in and goes out, who may ask, and the handler.
 * Requests are validated by these schemas and the OpenAPI description is generated from them (openapi.ts), so that the
 * two cannot disagree.
 */
import type pg from 'pg';
import type { z } from 'zod';
import type { BuyerPrincipal, Permission, Principal, StaffPrincipal } from './principal.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * public: everybody; with `identify` the handler is told who asks also where it only reads, at the price of a look into the
 * database. buyer: a signed-in buyer or guest. signed-in: a buyer or staff. staff: who has the permission.
 */
export type Access =
  | { readonly kind: 'public'; readonly identify?: true }
  | { readonly kind: 'buyer' }
  | { readonly kind: 'signed-in' }
  | { readonly kind: 'staff'; readonly permission: Permission };

/** Which database role a once-only request's transaction has (storage/roles.ts). */
export type TransactionRole = 'app' | 'accounts';

export interface ApiRequest<Params, Query, Body, Who extends Principal = Principal> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly principal: Who;
  readonly address: string;
  header(name: string): string | undefined;
  /** The whole body as it came, for uploads. */
  readonly bytes: Uint8Array;
  /** SHA-256 of `bytes`, hexadecimal, made already. Empty when the endpoint is not once-only. */
  readonly digest: string;
  /** The Idempotency-Key; for commands to actors, take `requestId(suffix)`. Empty when the endpoint is not once-only. */
  readonly key: string;
  /** A request id for an actor's command, the same for each repetition of this request, and nobody else's. */
  requestId(suffix: string): string;
  /**
   * The transaction of a once-only request. Whatever is written with it is there exactly when the answer is remembered.
   * @throws when the endpoint has no `once`.
   */
  readonly client: pg.ClientBase;
}

export interface Reply<Answer> {
  /** 200 unless said. */
  readonly status?: number;
  readonly body: Answer;
  /** The body as JSON text, of a handler that has it already; `body` is not looked at then. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface EndpointSpec<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Answer extends z.ZodType,
  A extends Access,
  Prepared = unknown,
> {
  readonly method: Method;
  /** "/api/admin/screenings/{screening}" */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  /** The chapter of the description: "Search", "Accounts", "Administration"… */
  readonly tag: string;
  readonly access: A;
  readonly params?: Params;
  readonly query?: Query;
  /** JSON. */
  readonly body?: Body;
  /** Or a file as it is: the handler takes `bytes`. Longest body, bytes. */
  readonly upload?: { readonly bytesMax: number; readonly contentType: string };
  readonly answer: Answer;
  /** What else is answered, for the description: status → meaning. */
  readonly problems?: Readonly<Record<number, string>>;
  /** Every POST that creates something has this: it takes an Idempotency-Key and runs in one transaction of that role. */
  readonly once?: TransactionRole;
  /**
   * What is done before the transaction of a once-only request begins, and is not undone with it: what takes long (a
   * password's hash), and what counts also when the request is refused (an attempt). A repetition of what was done is
   * answered without it. What it resolves with is handed to `handle`.
   */
  prepare?(
    request: ApiRequest<z.output<Params>, z.output<Query>, z.output<Body>, PrincipalOf<A>>,
  ): Promise<Prepared> | Prepared;
  handle(
    request: ApiRequest<z.output<Params>, z.output<Query>, z.output<Body>, PrincipalOf<A>>,
    prepared: Prepared,
  ): Promise<Reply<z.input<Answer>>> | Reply<z.input<Answer>>;
}

export type PrincipalOf<A extends Access> = A extends { kind: 'staff' }
  ? StaffPrincipal
  : A extends { kind: 'buyer' }
    ? BuyerPrincipal
    : A extends { kind: 'signed-in' }
      ? BuyerPrincipal | StaffPrincipal
      : Principal;

/** An endpoint whose types have been checked where it was written. */
export interface Endpoint {
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  readonly access: Access;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly upload?: { readonly bytesMax: number; readonly contentType: string };
  readonly answer: z.ZodType;
  readonly problems?: Readonly<Record<number, string>>;
  readonly once?: TransactionRole;
  prepare?(request: ApiRequest<unknown, unknown, unknown>): Promise<unknown> | unknown;
  handle(request: ApiRequest<unknown, unknown, unknown>, prepared: unknown): Promise<Reply<unknown>> | Reply<unknown>;
}

/** Checks the types of an endpoint where it is written, and forgets them for the list of all. */
export function endpoint<
  const A extends Access,
  Params extends z.ZodType = z.ZodType<unknown>,
  Query extends z.ZodType = z.ZodType<unknown>,
  Body extends z.ZodType = z.ZodType<unknown>,
  Answer extends z.ZodType = z.ZodType<unknown>,
  Prepared = unknown,
>(spec: EndpointSpec<Params, Query, Body, Answer, A, Prepared>): Endpoint {
  return spec as unknown as Endpoint;
}
