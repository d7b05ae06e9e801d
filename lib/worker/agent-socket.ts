import {chmodSync, chownSync, closeSync, constants, openSync} from 'node:fs';
import {connect, createServer, type Server, type Socket} from 'node:net';
import {basename, dirname, join} from 'node:path';
import type {SocketSource} from './mount-source.ts';

/**
 * A socket at `place` that hands on to another one: an agent's own belongs to its user, who is root in the container, so that
 * nobody else there could use it. Disposing closes it and all connections.
 */
export async function forwardSocket(
	{path, uid, gid, mode}: SocketSource,
	place: string,
	ids: number,
): Promise<AsyncDisposable> {
	const open = new Set<Socket>();
	const server = createServer(inner => {
		const outer = connect(path);
		for (const [one, other] of [
			[inner, outer],
			[outer, inner],
		] as const) {
			open.add(one);
			one.on('error', () => other.destroy()).on('close', () => open.delete(one));
			one.pipe(other);
		}
	});
	await listen(server, place);
	if (ids > 1) chownSync(place, uid, gid);
	chmodSync(place, mode);
	return {
		async [Symbol.asyncDispose]() {
			const closed = new Promise(resolve => server.close(resolve));
			for (const socket of open) socket.destroy();
			await closed;
		},
	};
}

/** By a short name of its folder: that of a socket has at most 107 bytes (unix(7)). */
async function listen(server: Server, place: string): Promise<void> {
	const folder = openSync(dirname(place), constants.O_RDONLY | constants.O_DIRECTORY);
	try {
		await new Promise<void>((resolve, reject) => {
			server.once('error', reject).listen(join(`/proc/self/fd/${folder}`, basename(place)), resolve);
		});
	} finally {
		closeSync(folder);
	}
}
