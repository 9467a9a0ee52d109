/** How buyers and colleagues are shown to themselves. */
import { z } from 'zod';
import { type BuyerRow, findBuyer } from '../../storage/accounts/buyers.ts';
import { maskedCpfOf } from '../../storage/accounts/payers.ts';
import { findStaff } from '../../storage/accounts/staff-users.ts';
import { PERMISSIONS, type Principal, ROLE_PERMISSIONS, ROLES, type StaffPrincipal } from '../api/principal.ts';
import { localeField } from './account-fields.ts';
import type { AccountPorts } from './account-ports.ts';

export const buyerView = z
  .object({
    id: z.string().meta({ description: 'Random; what orders and tickets name.' }),
    isGuest: z.boolean(),
    name: z.string().nullable(),
    email: z.string().nullable(),
    cpf: z
      .string()
      .nullable()
      .meta({ description: 'Masked. Null: not told yet.', examples: ['***.982.247-**'] }),
    birthDate: z.string().nullable(),
    locale: localeField,
  })
  .meta({ description: 'A buyer, as he sees himself.' });
export type BuyerView = z.infer<typeof buyerView>;

export const staffView = z.object({
  who: z.string().meta({ description: '"user:12" or "key:3": what records of actions say.' }),
  name: z.string().nullable(),
  role: z.enum(ROLES),
  exhibitorId: z.number().nullable().meta({ description: 'Null: every exhibitor.' }),
  cinemaIds: z.array(z.number()).nullable().meta({ description: 'Null: all cinemas of the exhibitor.' }),
  permissions: z.array(z.enum(PERMISSIONS)),
});
export type StaffView = z.infer<typeof staffView>;

export async function viewOfBuyer(ports: AccountPorts, row: BuyerRow): Promise<BuyerView> {
  const { id, kind, name, email, payerId, birthDate, locale } = row;
  const cpf = payerId === null ? null : await maskedCpfOf(ports.pool, ports.seals, payerId);
  return { id, isGuest: kind === 'guest', name, email, cpf, birthDate, locale };
}

/** Of a key or of a colleague, as the request was authenticated. */
export async function viewOfStaff(ports: AccountPorts, principal: StaffPrincipal): Promise<StaffView> {
  const { who, role, exhibitorId, cinemaIds, permissions } = principal;
  const user = who.startsWith('user:') ? await findStaff(ports.pool, Number(who.slice('user:'.length))) : null;
  const cinemas = cinemaIds === null ? null : [...cinemaIds];
  return { who, name: user?.name ?? null, role, exhibitorId, cinemaIds: cinemas, permissions: [...permissions] };
}

/** Of a colleague who has just signed in; null when he is gone meanwhile. */
export async function viewOfUser(ports: AccountPorts, id: number): Promise<StaffView | null> {
  const user = await findStaff(ports.pool, id);
  const role = ROLES.find((known) => known === user?.role);
  if (user === null || role === undefined) return null;
  const { name, exhibitorId } = user;
  const cinemaIds = user.cinemaIds === null ? null : [...user.cinemaIds];
  return { who: `user:${id}`, name, role, exhibitorId, cinemaIds, permissions: [...ROLE_PERMISSIONS[role]] };
}

/** Both are null for a visitor. */
export async function viewOf(
  ports: AccountPorts,
  principal: Principal,
): Promise<{ buyer: BuyerView | null; staff: StaffView | null }> {
  switch (principal.kind) {
    case 'visitor':
      return { buyer: null, staff: null };
    case 'staff':
      return { buyer: null, staff: await viewOfStaff(ports, principal) };
    case 'buyer': {
      const row = await findBuyer(ports.pool, principal.buyer);
      return { buyer: row === null ? null : await viewOfBuyer(ports, row), staff: null };
    }
  }
}
