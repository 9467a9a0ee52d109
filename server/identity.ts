/** Who a visitor is, by a cookie that came with the upgrade of his connection: an account instead of an anonymous token. */
export interface Identity {
  /** The account's random buyer id (promise I8): holds and orders are its. */
  readonly buyer: string;
  /** Random id of whoever's CPF the tickets count for; null while the account has none, then it is the buyer. */
  readonly payer: string | null;
  /** Names the session among others of the account: signing out ends its connections. No secret. */
  readonly session: string;
}
