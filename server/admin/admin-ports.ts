/** What the administration's endpoints are given: the catalogue's connections, and the way to the owners of seats. */
import type { Pool } from 'pg';
import type { SeatSnapshot } from '../../workers/seat-replica.ts';
import type { StaffAnswer, StaffCommand } from '../staff-commands.ts';

export interface AdminPorts {
  /** With the app role, for what only reads. */
  readonly pool: Pool;
  /** Never rejects for want of an owner: then nobody knows what became of the command, and the outcome says so. */
  ask(screening: number, command: StaffCommand): Promise<StaffAnswer>;
  /** The committed seats of a screening that exists; null when its owner cannot be reached now. */
  seatsNow(screening: number): Promise<SeatSnapshot | null>;
  nowMs(): number;
  /** An import was stored; its transaction ends in a moment, and then whoever runs imports should look. */
  importStored(): void;
}
