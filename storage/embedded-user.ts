/**
 * The operating-system user that the embedded PostgreSQL runs as. PostgreSQL refuses root, so a server that
 * runs as root (a fresh virtual machine, a plain container) hands it to an unprivileged user: the owner of the
 * data if there is data, else `postgres`, created when missing. Anybody else runs it as themselves.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';

export interface ServiceUser {
  readonly uid: number;
  readonly gid: number;
}

const NAME = 'postgres';

/**
 * Who runs PostgreSQL on `clusterFolder`; null: whoever we are.
 * @throws with what to do, when we are root and no user can be found or made, or the data is somebody else's.
 */
export function serviceUser(clusterFolder: string): ServiceUser | null {
  const owner = existsSync(clusterFolder) ? statSync(clusterFolder) : null;
  if (process.getuid?.() !== 0) {
    if (owner !== null && owner.uid !== process.getuid?.()) {
      throw new Error(
        `${clusterFolder} belongs to user ${owner.uid}, and this server runs as user ${process.getuid?.()}. ` +
          `Run it as that user or as root, or give the folder away: chown -R ${process.getuid?.()} ${path.dirname(clusterFolder)}`,
      );
    }
    return null;
  }
  if (owner !== null && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return lookUp() ?? create();
}

/** Whether `user` may enter every folder on the way to `file`. Looks at mode bits only; null (ourselves) is not doubted. */
export function canReach(file: string, user: ServiceUser | null): boolean {
  if (user === null) return true;
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    if (existsSync(folder)) {
      const { mode, uid, gid } = statSync(folder);
      const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
      if ((mode & bit) === 0) return false;
    }
    if (folder === path.dirname(folder)) return true;
  }
}

function lookUp(): ServiceUser | null {
  const id = (flag: string): number => Number.parseInt(spawnSync('id', [flag, NAME], { encoding: 'utf8' }).stdout, 10);
  const uid = id('-u');
  const gid = id('-g');
  return Number.isInteger(uid) && Number.isInteger(gid) && uid !== 0 ? { uid, gid } : null;
}

function create(): ServiceUser {
  const flags = ['--system', '--user-group', '--no-create-home', '--home-dir', '/', '--shell', '/usr/sbin/nologin'];
  const { error, stderr } = spawnSync('useradd', [...flags, NAME], { encoding: 'utf8' });
  const user = lookUp();
  if (user !== null) return user;
  throw new Error(
    `PostgreSQL refuses to run as root, and the user "${NAME}" could not be created (${error?.message ?? stderr.trim()}). ` +
      'Create it, run Poltrona as an ordinary user, or set DATABASE_URL.',
  );
}
