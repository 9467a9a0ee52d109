/** Of what everybody repeats while something is away, one line now and then, with how often it was so since the last one. */
export interface RareLogPorts {
  nowMs(): number;
  log(message: string, details: Readonly<Record<string, unknown>>): void;
}

export class RareLog {
  readonly #ports: RareLogPorts;
  readonly #everyMs: number;
  #loggedMs = Number.NEGATIVE_INFINITY;
  #since = 0;

  constructor(ports: RareLogPorts, everyMs: number) {
    this.#ports = ports;
    this.#everyMs = everyMs;
  }

  say(message: string, details: Readonly<Record<string, unknown>>): void {
    this.#since++;
    const nowMs = this.#ports.nowMs();
    if (nowMs - this.#loggedMs < this.#everyMs) return;
    this.#ports.log(message, { ...details, sinceLastLine: this.#since });
    this.#loggedMs = nowMs;
    this.#since = 0;
  }
}
