import {fileURLToPath} from 'node:url';
import type {ExecutionContext} from 'ava';
import {makePlace, type RunOptions} from '../helpers/place.ts';
import {without} from '../helpers/programs.ts';
import {type User, users} from '../helpers/user.ts';
import type {Order, Told} from './session.ts';

/** Who runs jobs, and by what. */
export interface Setting {
	readonly user: User;
	readonly runtime: 'crun' | 'runc';
	readonly snapshotter: 'overlay' | 'copy';
	readonly title: string;
	/** Why it cannot be tried here. */
	readonly reason: string | undefined;
}

/** Every kind of user with every runtime on every snapshotter. */
const everySetting: readonly Setting[] = users.flatMap(user =>
	(['crun', 'runc'] as const).flatMap(runtime =>
		(['overlay', 'copy'] as const).map(snapshotter => ({
			user,
			runtime,
			snapshotter,
			title: `${user.uid === 0 ? 'root' : 'a user'}, ${runtime}, ${snapshotter}`,
			reason: without(runtime, 'newuidmap', 'busybox'),
		})),
	),
);

/**
 * All of them on the oldest Node that is supported. What a newer one does otherwise is no matter of who runs what: there it is the half in
 * which any two of user, runtime and snapshotter still meet.
 */
export const settings: readonly Setting[] = process.version.startsWith('v20.')
	? everySetting
	: everySetting.filter(({user, runtime, snapshotter}) => {
			return ((user.uid === 0) === (runtime === 'runc')) === (snapshotter === 'overlay');
		});

/** The script of a session: see there. */
export const script = fileURLToPath(new URL('./session.js', import.meta.url));

/** Runs jobs in a process of the setting's user, and answers what it tells. */
export async function session(
	t: ExecutionContext,
	setting: Pick<Setting, 'user' | 'runtime' | 'snapshotter'>,
	jobs: Order['jobs'],
	options: RunOptions = {},
): Promise<Told> {
	const place = makePlace(t, setting.user);
	const order: Order = {root: place.store, runtime: setting.runtime, jobs};
	const env = setting.snapshotter === 'copy' ? {STRATA_SNAPSHOTTER: 'copy'} : {};
	const command = [process.execPath, script, JSON.stringify(order)];
	const {status, stdout, stderr} = await inTurn(() => place.run(command, {...options, env}));
	if (status !== 0) throw new Error(`the session ended with ${status}: ${stderr}`);
	return JSON.parse(stdout) as Told;
}

let turns = Promise.resolve<unknown>(undefined);

/** One after another: ava begins all tests of a file at once, and a machine has few cores. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
	const turn = turns.then(work);
	turns = turn.catch(() => undefined);
	return turn;
}
