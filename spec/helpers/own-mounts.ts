import type {ExecutionContext} from 'ava';
import {makePlace, type Place} from './place.ts';
import {superuser} from './user.ts';

/**
 * The same place, where every program is run in a mount namespace of its own after root did `prepare`, a piece of shell,
 * in it. Needs root.
 */
export function withOwnMounts(t: ExecutionContext, place: Place, prepare: string): Place {
	if (!superuser) throw new Error('only root can prepare mounts');
	const root = makePlace(t, superuser);
	const become = `setpriv --reuid=${place.user.uid} --regid=${place.user.gid} --clear-groups`;
	const prefix = ['unshare', '--mount', 'sh', '-e', '-c', `${prepare}\nexec ${become} "$@"`, 'sh'];
	return {
		...place,
		run: (command, options) =>
			root.run([...prefix, ...command], {cwd: place.folder, ...options, env: {...place.env, ...options?.env}}),
	};
}
