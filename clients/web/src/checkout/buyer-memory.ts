/** Address and name of a guest, for as long as this tab is open, so that a reload does not ask twice. Never the CPF. */
import type { BuyerFields } from './buyer-form.ts';

const KEY = 'poltrona.buyer';

export const emptyFields: BuyerFields = { email: '', name: '', cpf: '' };

/** sessionStorage, as far as it is needed; may throw on every call. */
export type TabShelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** A function: where storage is forbidden the browser throws when it is only named. */
export type TabShelfOf = () => TabShelf;

const ofThisTab: TabShelfOf = () => sessionStorage;

export function rememberBuyer({ email, name }: BuyerFields, shelf = ofThisTab): void {
  try {
    shelf().setItem(KEY, JSON.stringify({ email, name }));
  } catch {
    // Then he types it again.
  }
}

/** Empty fields where nothing is remembered. */
export function rememberedBuyer(shelf = ofThisTab): BuyerFields {
  try {
    const { email, name } = JSON.parse(shelf().getItem(KEY) ?? '{}') as Record<string, unknown>;
    return { ...emptyFields, ...(typeof email === 'string' && { email }), ...(typeof name === 'string' && { name }) };
  } catch {
    return emptyFields;
  }
}

/** Somebody else is at this device from now on: he must not find the address of the one before. */
export function forgetBuyer(shelf = ofThisTab): void {
  try {
    shelf().removeItem(KEY);
  } catch {
    // What could not be kept is not there.
  }
}
