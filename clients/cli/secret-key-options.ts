/** Where commands beside the database find the installation's secret key: in the same places as the server. */
import path from 'node:path';
import { packageRoot } from '../../storage/package-root.ts';
import type { SecretKeyOptions } from '../../storage/secret-key.ts';
import type { CliPorts } from './ports.ts';

/** For `installationSeals`. */
export function secretKeyOptions({ environment }: Pick<CliPorts, 'environment'>): SecretKeyOptions {
  const given = environment['POLTRONA_SECRET_KEY']?.trim() ?? '';
  const folder = environment['POLTRONA_FOLDER']?.trim() ?? '';
  const isAlone = (environment['DATABASE_URL']?.trim() ?? '') === '';
  return {
    given: given === '' ? null : given,
    folder: folder === '' ? path.join(packageRoot(), '.poltrona') : path.resolve(folder),
    production: environment['NODE_ENV'] === 'production' && !isAlone,
  };
}
