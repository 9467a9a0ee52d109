/** Who signed in on the page that opens a connection, by the cookie that came with the upgrade. Seats are held by the connection's own buyer all the same. */
export interface Identity {
  /** The random buyer id of the account or guest (promise I8): orders belong to it, and are mailed to it. */
  readonly buyer: string;
  /** Random id of whoever's CPF the tickets count for; null while the account has none, then it does not buy. */
  readonly payer: string | null;
  /** Names the session among others of the account: signing out ends its connections. No secret. */
  readonly session: string;
}
