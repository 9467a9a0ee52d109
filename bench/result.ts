/** Results: lines of JSON. The names of the figures are a contract (docs/benchmarks.md); a figure that was not taken is absent. */
import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../storage/package-root.ts';
import type { Configuration } from './machine.ts';
import type { BenchOptions } from './options.ts';

export interface BenchResult {
  /** Which benchmark, and which part of it. */
  readonly bench: string;
  readonly part: string;
  /** "ok", "not run: why", or what broke. */
  readonly audit: string;
  readonly configuration: Configuration;
  readonly [figure: string]: unknown;
}

/** Gives results out as they come. With --json nothing but them goes to stdout. */
export class Reporter {
  readonly #options: BenchOptions;
  readonly #atIso = new Date().toISOString();

  constructor(options: BenchOptions) {
    this.#options = options;
  }

  /** What is being done; to stderr. */
  progress(message: string): void {
    process.stderr.write(`${message}\n`);
  }

  result(result: BenchResult): void {
    const line = JSON.stringify({ at: this.#atIso, ...result });
    if (this.#options.json) process.stdout.write(`${line}\n`);
    else process.stdout.write(asText(result));
    if (!this.#options.save) return;
    const folder = path.join(packageRoot(), 'bench', 'results');
    mkdirSync(folder, { recursive: true });
    appendFileSync(path.join(folder, `${result.bench}.jsonl`), `${line}\n`);
  }
}

function asText({ bench, part, configuration: _, ...figures }: BenchResult): string {
  const lines = Object.entries(figures).map(([name, value]) => `  ${name.padEnd(34)} ${shown(value)}`);
  return `\n${bench}: ${part}\n${lines.join('\n')}\n`;
}

function shown(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
}

/** Rounded for reading: whole above 100, else three digits. */
export function round(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}
