/** The installation's secret: made at the first start, the same for every server on this database, never shown. */
import { randomBytes } from 'node:crypto';
import type pg from 'pg';

const NAME = 'installation-secret';
const BYTES = 32;

/** 32 random bytes. `pool` has the app role. Two first starts at once get the same ones: the first insert wins. */
export async function installationSecret(pool: pg.Pool): Promise<Buffer> {
  await pool.query('insert into settings (name, value) values ($1, $2) on conflict (name) do nothing', [
    NAME,
    randomBytes(BYTES).toString('base64'),
  ]);
  const { rows } = await pool.query<{ value: string }>('select value from settings where name = $1', [NAME]);
  const secret = Buffer.from(rows[0]?.value ?? '', 'base64');
  if (secret.length !== BYTES)
    throw new Error(`the setting ${NAME} is damaged: ${secret.length} bytes instead of ${BYTES}`);
  return secret;
}
