/** Each script once, for whoever asks; one that did not come is asked for anew the next time. */

/** No answer, a refusal, or none in time. */
export class ScriptMissing extends Error {
  override readonly name = 'ScriptMissing';
}

export interface ScriptPorts {
  /** Puts it onto the page; tells once what came of it. The answer takes it away. */
  add(src: string, attributes: Readonly<Record<string, string>>, ended: (isThere: boolean) => void): () => void;
  /** Calls once; the answer cancels it. */
  after(ms: number, call: () => void): () => void;
}

/** Longer than a slow line needs for some hundred kilobytes; shorter than a hold. */
export const SCRIPT_MS = 25_000;

export class LoadOnce {
  readonly #ports: ScriptPorts;
  readonly #loads = new Map<string, Promise<void>>();

  constructor(ports: ScriptPorts) {
    this.#ports = ports;
  }

  /** @throws ScriptMissing */
  load(src: string, attributes: Readonly<Record<string, string>> = {}): Promise<void> {
    const known = this.#loads.get(src);
    if (known !== undefined) return known;
    const load = this.#add(src, attributes).catch((cause: unknown) => {
      this.#loads.delete(src);
      throw cause;
    });
    this.#loads.set(src, load);
    return load;
  }

  #add(src: string, attributes: Readonly<Record<string, string>>): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (isThere: boolean): void => {
        cancel();
        if (!isThere) remove();
        if (isThere) resolve();
        else reject(new ScriptMissing(new URL(src).host));
      };
      const cancel = this.#ports.after(SCRIPT_MS, () => end(false));
      const remove = this.#ports.add(src, attributes, end);
    });
  }
}
