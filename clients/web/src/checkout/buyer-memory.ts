/** Address and name of a guest, for as long as this tab is open, so that a reload does not ask twice. Never the CPF. */
import type { BuyerFields } from './buyer-form.ts';

const KEY = 'poltrona.buyer';

/** sessionStorage, as far as it is needed; may throw on every call. */
export type TabShelf = Pick<Storage, 'getItem' | 'setItem'>;

export function rememberBuyer(shelf: TabShelf, { email, name }: BuyerFields): void {
  try {
    shelf.setItem(KEY, JSON.stringify({ email, name }));
  } catch {
    // Then he types it again.
  }
}

/** Empty fields where nothing is remembered. */
export function rememberedBuyer(shelf: TabShelf): BuyerFields {
  try {
    const { email, name } = JSON.parse(shelf.getItem(KEY) ?? '{}') as Record<string, unknown>;
    return { email: typeof email === 'string' ? email : '', name: typeof name === 'string' ? name : '', cpf: '' };
  } catch {
    return { email: '', name: '', cpf: '' };
  }
}
