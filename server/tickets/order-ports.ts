/** What the endpoints of buyers' orders work with. */
import type { Pool } from 'pg';
import type { Seals } from '../../storage/sealing.ts';
import type { TicketSigner } from '../../storage/tickets/ticket-qr.ts';
import type { AttemptLimits } from '../accounts/attempt-limits.ts';
import type { StaffAnswer, StaffCommand } from '../staff-commands.ts';
import type { CancelPolicy } from './cancel-policy.ts';

export interface OrderPorts {
  /** Role app: orders, tickets, the catalogue; no person. Not the pool of the once-only transactions. */
  readonly pool: Pool;
  /** Role accounts: attempts, and whose a CPF is. Not the pool of the once-only transactions either. */
  readonly accounts: Pool;
  readonly seals: Seals;
  readonly signer: TicketSigner;
  readonly cancelPolicy: CancelPolicy;
  /** Where visitors reach this installation, without a slash at the end. */
  readonly publicUrl: string;
  /** Commands to a screening's actor (StaffCommands.ask). */
  ask(screening: number, command: StaffCommand): Promise<StaffAnswer>;
  nowMs(): number;
}

export function limitsOf({ accounts, seals, nowMs }: OrderPorts): AttemptLimits {
  return { pool: accounts, seals, nowMs };
}
