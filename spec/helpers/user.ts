import {execFileSync} from 'node:child_process';

/** Somebody of this machine that a program can be run as. */
export interface User {
	readonly name: string;
	readonly uid: number;
	readonly gid: number;
}

const own = process.getuid?.() ?? 0;

/** An ordinary user with subordinate ids: who runs the specs, or, if that is root, the one that `scripts/user` makes. */
export const ordinary: User =
	own === 0 ? userOf(execFileSync('scripts/user', {encoding: 'utf8'}).trim()) : userOf(String(own));

/** Present if it is root who runs the specs. */
export const superuser: User | undefined = own === 0 ? {name: 'root', uid: 0, gid: 0} : undefined;

/** All that a build can be tried as here. */
export const users: readonly User[] = superuser ? [ordinary, superuser] : [ordinary];

/** Why a spec that needs root is skipped; undefined if it is not. */
export const withoutRoot = superuser ? undefined : 'the specs are not run as root';

function userOf(name: string): User {
	const [, user = '', , uid, gid] =
		/^([^:]*):([^:]*):(\d+):(\d+)/.exec(execFileSync('getent', ['passwd', name], {encoding: 'utf8'})) ?? [];
	return {name: user, uid: Number(uid), gid: Number(gid)};
}
