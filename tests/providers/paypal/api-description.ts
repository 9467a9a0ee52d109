/**
 * PayPal's own descriptions of its API (OpenAPI 3.0), compiled into one validator per path, method and status. The files lie
 * beside the project and may be absent; then there is nothing to compare with, and the tests fall back on a list kept by hand.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2019, type ValidateFunction } from 'ajv/dist/2019.js';
import formats from 'ajv-formats';
import { packageRoot } from '../../../storage/package-root.ts';

const FILES = ['checkout_orders_v2', 'payments_payment_v2', 'notifications_webhooks_v1'];

interface Content {
  readonly content?: { readonly 'application/json'?: { readonly schema?: object } };
}
interface Operation {
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content & { readonly $ref?: string }>>;
}
interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}
interface Place {
  readonly file: string;
  /** As in the description: `/v2/checkout/orders/{id}`. */
  readonly template: string;
  readonly operation: Operation;
}

export class ApiDescription {
  readonly #ajv: Ajv2019;
  readonly #descriptions: ReadonlyMap<string, Description>;
  readonly #compiled = new Map<string, ValidateFunction>();

  private constructor(descriptions: ReadonlyMap<string, Description>) {
    // Not strict: a description is no pure JSON schema, it has examples and formats of PayPal's own.
    this.#ajv = new Ajv2019({ strict: false, allErrors: true, logger: false, unicodeRegExp: false });
    formats.default(this.#ajv, ['uri', 'date-time']);
    for (const [file, description] of descriptions) this.#ajv.addSchema(withNulls(description) as object, file);
    this.#descriptions = descriptions;
  }

  /** Null when the files are absent. */
  static load(): ApiDescription | null {
    const descriptions = new Map<string, Description>();
    for (const name of FILES) {
      const file = path.resolve(packageRoot(), '..', 'shared', 'specs', `paypal-${name}.json`);
      if (!existsSync(file)) return null;
      descriptions.set(name, JSON.parse(readFileSync(file, 'utf8')) as Description);
    }
    return new ApiDescription(descriptions);
  }

  /** What is wrong with an answer, one line each; empty: nothing. Null: the description does not know the call. */
  faultsOfAnswer(method: string, asked: string, status: number, body: string): string[] | null {
    const place = this.#place(method, asked);
    if (place === null) return null;
    const described = place.operation.responses[String(status)];
    if (described === undefined) return [`${method} ${place.template} never answers ${status}`];
    if (described.content?.['application/json'] === undefined) return body === '' ? [] : [`${status} has no body`];
    // An object may have only what its schema names, at its top: a misspelt field is a field nobody reads.
    return this.#faults(place, method, `responses/${status}`, JSON.parse(body), status < 400);
  }

  /** What is wrong with a request's body, as above. */
  faultsOfRequest(method: string, asked: string, body: string): string[] | null {
    const place = this.#place(method, asked);
    if (place === null) return null;
    if (place.operation.requestBody === undefined) return body === '' ? [] : ['a body where none belongs'];
    return body === '' ? [] : this.#faults(place, method, 'requestBody', JSON.parse(body), true);
  }

  #place(method: string, asked: string): Place | null {
    for (const [file, { paths }] of this.#descriptions) {
      for (const [template, operations] of Object.entries(paths)) {
        const pattern = new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`);
        const operation = operations[method.toLowerCase()];
        if (operation !== undefined && pattern.test(asked)) return { file, template, operation };
      }
    }
    return null;
  }

  #faults({ file, template }: Place, method: string, part: string, body: unknown, isClosed: boolean): string[] {
    const pointer = [
      'paths',
      template,
      method.toLowerCase(),
      ...part.split('/'),
      'content',
      'application/json',
      'schema',
    ];
    const $ref = `${file}#/${pointer.map((key) => encodeURIComponent(key.replace(/\//g, '~1'))).join('/')}`;
    let validate = this.#compiled.get($ref);
    if (validate === undefined) {
      validate = this.#ajv.compile(isClosed ? { allOf: [{ $ref }], unevaluatedProperties: false } : { $ref });
      this.#compiled.set($ref, validate);
    }
    if (validate(body)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  }
}

/** OpenAPI 3.0 says `nullable: true` where JSON schema lists the type null. */
function withNulls(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withNulls);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { nullable, ...rest } = schema as Record<string, unknown>;
  const fields = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, withNulls(value)]));
  if (nullable !== true || typeof fields['type'] !== 'string')
    return nullable === undefined ? fields : { ...fields, nullable };
  return { ...fields, type: [fields['type'], 'null'] };
}
