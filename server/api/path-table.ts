/** Finds an endpoint by method and path: fixed paths at once, those with parameters by the number of their parts. */
import type { Endpoint, Method } from './endpoint.ts';

export interface Found {
  readonly endpoint: Endpoint;
  readonly params: Readonly<Record<string, string>>;
}

interface Pattern {
  readonly endpoint: Endpoint;
  /** A string is itself, `{ name }` stands for anything. */
  readonly parts: readonly (string | { readonly name: string })[];
}

export class PathTable {
  readonly #fixed = new Map<string, Map<Method, Endpoint>>();
  readonly #patterns = new Map<number, Pattern[]>();

  /** @throws when two endpoints have the same method and path. */
  constructor(endpoints: readonly Endpoint[]) {
    const seen = new Set<string>();
    for (const endpoint of endpoints) {
      const name = `${endpoint.method} ${endpoint.path.replace(/\{\w+\}/g, '{}')}`;
      if (seen.has(name)) throw new Error(`two endpoints for ${name}`);
      seen.add(name);
      const parts = endpoint.path
        .split('/')
        .map((part) => (/^\{\w+\}$/.test(part) ? { name: part.slice(1, -1) } : part));
      if (parts.every((part) => typeof part === 'string')) {
        const methods = this.#fixed.get(endpoint.path) ?? new Map<Method, Endpoint>();
        this.#fixed.set(endpoint.path, methods.set(endpoint.method, endpoint));
      } else {
        const list = this.#patterns.get(parts.length) ?? [];
        list.push({ endpoint, parts });
        this.#patterns.set(parts.length, list);
      }
    }
  }

  /** The endpoint; or the methods that the path has, when it has not this one; or null for a path that nobody knows. */
  find(method: string, path: string): Found | readonly Method[] | null {
    const wanted = method === 'HEAD' ? 'GET' : method;
    const methods = new Map<Method, Found>();
    for (const [known, endpoint] of this.#fixed.get(path) ?? []) methods.set(known, { endpoint, params: {} });
    if (methods.size === 0) {
      const parts = path.split('/');
      for (const pattern of this.#patterns.get(parts.length) ?? []) {
        const params = matched(pattern, parts);
        if (params !== null && !methods.has(pattern.endpoint.method))
          methods.set(pattern.endpoint.method, { endpoint: pattern.endpoint, params });
      }
    }
    if (methods.size === 0) return null;
    return methods.get(wanted as Method) ?? [...methods.keys()];
  }
}

function matched(pattern: Pattern, parts: readonly string[]): Record<string, string> | null {
  const params: Record<string, string> = {};
  for (const [index, wanted] of pattern.parts.entries()) {
    const part = parts[index] ?? '';
    if (typeof wanted === 'string') {
      if (wanted !== part) return null;
    } else {
      if (part === '') return null;
      try {
        params[wanted.name] = decodeURIComponent(part);
      } catch {
        return null;
      }
    }
  }
  return params;
}
