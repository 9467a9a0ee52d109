/**
 * The visitor's token as all tabs share it, and the rule when a tab may write: never over what another tab has done meanwhile.
 * A tab that still knows the token of somebody who signed out in another one must not bring it back.
 */

export type TokenStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const TOKEN_KEY = 'poltrona.visitor';

/** Of one live session; made anew for each. */
export class VisitorToken {
  readonly #storage: () => TokenStorage;
  #sent: string | null;

  /** `storage`: asked each time, since a browser that forbids storage throws when it is only named. */
  constructor(storage: () => TokenStorage) {
    this.#storage = storage;
    this.#sent = this.#stored();
  }

  /** What the next hello says; null: a new visitor. */
  get sent(): string | null {
    return this.#sent;
  }

  /** The server calls us by `token`. Kept for the other tabs while they still say what we said. */
  welcomed(token: string | null): void {
    if (this.#stored() === this.#sent && token !== this.#sent) this.#store(token);
    this.#sent = token;
  }

  /** The session was signed out, here or anywhere: its token goes, and nobody else's. The next hello is a new visitor's. */
  signedOut(): void {
    if (this.#stored() === this.#sent) this.#store(null);
    this.#sent = null;
  }

  /** Whatever is stored goes: whoever comes next at this device is somebody else. */
  forget(): void {
    this.#store(null);
    this.#sent = null;
  }

  #stored(): string | null {
    try {
      return this.#storage().getItem(TOKEN_KEY);
    } catch {
      return null;
    }
  }

  #store(token: string | null): void {
    try {
      if (token === null) this.#storage().removeItem(TOKEN_KEY);
      else this.#storage().setItem(TOKEN_KEY, token);
    } catch {
      // Storage is switched off: the visitor lasts as long as the page.
    }
  }
}
