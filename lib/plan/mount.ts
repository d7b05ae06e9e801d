import type {MountFlag, MountKey, RunInstruction} from '../dockerfile/instruction.ts';
import type {Expander} from './expand.ts';
import {type MountReader, mountReader} from './mount-values.ts';
import type {Mount} from './plan.ts';
import {joinPath} from './scope.ts';
import type {Turn} from './steps/draft.ts';

/** The mounts of a RUN: values expanded, checked, defaults filled in (SURFACE RUN-2 to RUN-7). */
export function planMounts(turn: Turn<RunInstruction>, expand: Expander): readonly Mount[] {
	let sockets = 0;
	return turn.instruction.mounts.map(flag => {
		const mount = planMount(flag, turn, {expand, sockets});
		if (mount.type === 'ssh') sockets += 1;
		return mount;
	});
}

const types = ['bind', 'cache', 'tmpfs', 'secret', 'ssh'] as const;

/** The keys that a type has no use for. */
const senseless: Readonly<Record<Mount['type'], readonly MountKey[]>> = {
	bind: ['mode', 'uid', 'gid', 'size', 'sharing', 'required', 'env'],
	cache: ['size', 'required', 'env'],
	tmpfs: ['mode', 'uid', 'gid', 'sharing', 'required', 'env'],
	secret: ['size', 'sharing', 'from'],
	ssh: ['size', 'sharing', 'source', 'env'],
};

function planMount(
	flag: MountFlag,
	turn: Turn<RunInstruction>,
	{expand, sockets}: {readonly expand: Expander; readonly sockets: number},
): Mount {
	const read = mountReader(flag, expand);
	const type = read.choice('type', types) ?? 'bind';
	const stray = flag.fields.find(({key}) => senseless[type].includes(key));
	if (stray) throw read.fault(`a mount of type ${type} has no ${stray.key}`, ['remove it']);
	switch (type) {
		case 'bind':
		case 'cache':
			return planFolder(type, read, turn);
		case 'tmpfs': {
			const size = read.bytes('size');
			return {type, target: targetOf(read, turn), readOnly: readOnlyOf(read, false), ...(size ? {size} : {})};
		}
		case 'secret':
			return planSecret(read, turn);
		case 'ssh':
			return {
				type,
				id: read.text('id') ?? 'default',
				target: targetOf(read, turn, `/run/buildkit/ssh_agent.${sockets}`),
				readOnly: true,
				required: read.flag('required') ?? false,
				...owner(read, 0o600),
			};
	}
}

function planFolder(type: 'bind' | 'cache', read: MountReader, turn: Turn<RunInstruction>): Mount {
	const {surroundings, instruction} = turn;
	const from = read.text('from');
	const base = from === undefined ? undefined : surroundings.source({text: from, location: read.location}, instruction);
	const shared = {
		type,
		target: targetOf(read, turn),
		...(base ? {from: base} : {}),
		source: joinPath('/', read.text('source') ?? ''),
		readOnly: readOnlyOf(read, type === 'bind'),
	};
	if (type === 'bind') return shared;
	const namespace = surroundings.buildArgs.get('BUILDKIT_CACHE_MOUNT_NS');
	const id = read.text('id') ?? cleanPath(read.text('target') ?? '');
	return {
		...shared,
		id: namespace ? `${namespace}/${id}` : id,
		sharing: read.choice('sharing', ['shared', 'private', 'locked']) ?? 'shared',
		...given(read),
	};
}

/** Without id, the last part of the target is the name; without target and variable, /run/secrets is the place. */
function planSecret(read: MountReader, turn: Turn<RunInstruction>): Mount {
	const target = read.text('target');
	const env = read.text('env');
	if (read.text('source') !== undefined && read.text('id') !== undefined) {
		throw read.fault('source and id name the same thing', ['remove one of them']);
	}
	const id = read.text('source') ?? read.text('id') ?? lastPart(target ?? '');
	if (id === undefined) throw read.fault('a secret needs an id', ['as in: --mount=type=secret,id=npm']);
	const place = target ?? (env === undefined ? `/run/secrets/${lastPart(id) ?? id}` : undefined);
	return {
		type: 'secret',
		id,
		...(place === undefined ? {} : {target: joinPath(turn.scope.workdir, place)}),
		...(env === undefined ? {} : {env}),
		readOnly: true,
		required: read.flag('required') ?? false,
		...owner(read, 0o400),
	};
}

/** Where it is mounted. Relative to WORKDIR; never the root itself. */
function targetOf(read: MountReader, {scope}: Turn, otherwise = ''): string {
	const target = joinPath(scope.workdir, read.text('target') ?? otherwise);
	if (target !== '/') return target;
	throw read.fault('the target is the root', ['as in: target=/root/.cache']);
}

function readOnlyOf(read: MountReader, otherwise: boolean): boolean {
	const readWrite = read.flag('readwrite');
	return read.flag('readonly') ?? (readWrite === undefined ? otherwise : !readWrite);
}

/** Owner and mode, with defaults. */
function owner(read: MountReader, mode: number) {
	return {mode: read.number('mode', 8) ?? mode, uid: read.number('uid', 10) ?? 0, gid: read.number('gid', 10) ?? 0};
}

/** Owner and mode as far as they are given: which cache it is depends on that, too. */
function given(read: MountReader): Pick<Mount, 'mode' | 'uid' | 'gid'> {
	const all = {mode: read.number('mode', 8), uid: read.number('uid', 10), gid: read.number('gid', 10)};
	return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** As Go's path.Clean: a relative path stays one. */
function cleanPath(path: string): string {
	const clean = joinPath('/', path);
	return path.startsWith('/') ? clean : clean.slice(1) || '.';
}

function lastPart(path: string): string | undefined {
	return path.split('/').findLast(part => part !== '');
}
