/**
 * Fetches the layout that a change-map names, before its actor is asked: deciding waits for nothing. Meanwhile other commands
 * of the screening go on; the change finds what they left. Few are under way at a time: they come from people and from one job.
 */
import type { ChangeMapCommand } from '../actors/seat-command.ts';
import type { SeatMap } from '../actors/seat-map.ts';
import { OutcomeCode, type Refused } from '../actors/seat-outcome.ts';
import type { Asker } from './asker.ts';
import { busy, unavailable } from './refusals.ts';
import type { RuntimePorts } from './runtime-ports.ts';

/** Above it the answer is "busy". Each is one short query, and the screenings that are loaded need the connections more. */
const FETCHES_MAX = 8;

/** There is no such layout of that auditorium. */
const badRequest: Refused = { code: OutcomeCode.badRequest };

export type Submit = (
  screening: number,
  command: ChangeMapCommand,
  asker: Asker,
  tag: number,
  deadlineMs: number,
) => void;

export class LayoutFetch {
  readonly #ports: Pick<RuntimePorts, 'loader' | 'log' | 'nowMs'>;
  readonly #submit: Submit;
  #underWay = 0;

  /** `submit`: with the layout, once it is there. */
  constructor(ports: Pick<RuntimePorts, 'loader' | 'log' | 'nowMs'>, submit: Submit) {
    this.#ports = ports;
    this.#submit = submit;
  }

  /** The asker is answered once, by the actor or from here. */
  begin(screening: number, command: ChangeMapCommand, asker: Asker, tag: number, deadlineMs: number): void {
    const refuse = (refusal: Refused): void => asker.answered(tag, command.requestId, refusal, 0, this.#ports.nowMs());
    if (this.#underWay >= FETCHES_MAX) {
      refuse(busy);
      return;
    }
    this.#underWay++;
    this.#fetch(screening, command.seatMap).then(
      (map) => {
        if (map === null) refuse(badRequest);
        else this.#submit(screening, { ...command, map }, asker, tag, deadlineMs);
      },
      (cause: unknown) => {
        this.#ports.log('warn', 'a layout could not be read', { screening, seatMap: command.seatMap, cause });
        refuse(unavailable);
      },
    );
  }

  async #fetch(screening: number, id: number): Promise<SeatMap | null> {
    try {
      return await this.#ports.loader.loadMap(screening, id);
    } finally {
      this.#underWay--;
    }
  }
}
