/**
 * A provider's script, brought onto the page when somebody pays with that provider, and not before. What comes to nothing is taken
 * out again, so that it can be tried once more: a line that broke must not cost anybody his payment.
 */
import { Injectable } from '@angular/core';
import { LoadOnce } from './load-once.ts';

@Injectable({ providedIn: 'root' })
export class ProviderScripts {
  readonly #scripts = new LoadOnce({
    add: addScript,
    after: (ms, call) => {
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
  });

  /** Resolves when it has run. @throws ScriptMissing */
  load(src: string, attributes: Readonly<Record<string, string>> = {}): Promise<void> {
    return this.#scripts.load(src, attributes);
  }
}

/** Allowed by the policy because a script of ours brings it (server/payment-policy.ts). */
function addScript(
  src: string,
  attributes: Readonly<Record<string, string>>,
  ended: (isThere: boolean) => void,
): () => void {
  const script = document.createElement('script');
  for (const [name, value] of Object.entries(attributes)) script.setAttribute(name, value);
  script.onload = () => ended(true);
  script.onerror = () => ended(false);
  script.src = src;
  document.head.append(script);
  return () => script.remove();
}
