import {createHash} from 'node:crypto';
import {type Digest, digestFromHex} from '../oci/digest.ts';
import {cleanPath, joinPath} from '../tree/paths.ts';
import {turns} from '../turns.ts';
import type {ContextTree} from './open.ts';
import {isSettled, nanoseconds} from './racy.ts';

/**
 * Names the state of all that a context has at `paths` and below, without reading any of it: while it stays the same, so does what
 * is there. Undefined where that cannot be said: a path is not there or a link, or something has changed so shortly ago
 * that its time may not show the next change.
 */
export async function fingerprint(
	context: ContextTree,
	paths: readonly string[],
	{now = nanoseconds(), signal}: FingerprintOptions = {},
): Promise<Digest | undefined> {
	const hash = createHash('sha256');
	const pause = turns(signal);
	const open = paths.map(cleanPath).reverse();
	if (open.some(path => context.look(path)?.type === 'symlink')) return undefined;
	for (let path = open.pop(); path !== undefined; path = open.pop()) {
		const look = context.look(path);
		if (!look || !isSettled(look, now)) return undefined;
		hash.update(`${look.type} ${look.mode} ${look.state} ${path}\0`);
		if (look.type === 'directory') open.push(...childrenOf(context, path));
		await pause();
	}
	return digestFromHex(hash.digest('hex'));
}

export interface FingerprintOptions {
	/** Nanoseconds. */
	readonly now?: bigint;
	readonly signal?: AbortSignal;
}

function childrenOf(context: ContextTree, path: string): string[] {
	return context
		.list(path)
		.map(name => joinPath(path, name))
		.reverse();
}
