import {chmodSync, closeSync, constants, openSync, rmSync} from 'node:fs';
import {connect, createServer, type Socket} from 'node:net';
import {basename, dirname, join} from 'node:path';
import {text} from 'node:stream/consumers';
import {UsageError} from '../errors.ts';
import type {Layer} from '../oci/image.ts';

/** What can be asked of a container that runs. */
export interface LiveContainer {
	/** The layer of what it changed so far. */
	layer(): Promise<Layer>;
	/** Asks its program to end. */
	stop(): void;
	/** Kills its program, of which nothing is to be kept. */
	discard(): void;
}

/** What is answered on the socket of a container, whose client says what it asks for and then no more. */
type Answer = {readonly layer: Layer} | {readonly error: string} | {readonly asked: true};

/** Answers whoever connects to the new socket at `path`, which only our user may. Layers are taken one after another. */
export async function serveContainer(path: string, container: LiveContainer): Promise<AsyncDisposable> {
	const open = new Set<Socket>();
	let turn: Promise<unknown> = Promise.resolve();
	const answer = (request: string): Answer | Promise<Answer> => {
		if (request === 'stop' || request === 'discard') {
			container[request]();
			return {asked: true};
		}
		const layer = turn.then(() => layerOf(container));
		turn = layer;
		return layer;
	};
	const server = createServer({allowHalfOpen: true}, socket => {
		open.add(socket.on('error', () => {}).on('close', () => open.delete(socket)));
		text(socket.iterator({destroyOnReturn: false}))
			.then(answer)
			.then(given => socket.end(JSON.stringify(given)))
			.catch(() => socket.destroy());
	});
	await byShortName(path, short => {
		return new Promise<void>((resolve, reject) => server.once('error', reject).listen(short, resolve));
	});
	chmodSync(path, 0o600);
	return {
		async [Symbol.asyncDispose]() {
			const closed = new Promise(resolve => server.close(resolve));
			await turn;
			for (const socket of open) socket.destroy();
			await closed;
			rmSync(path, {force: true});
		},
	};
}

async function layerOf(container: LiveContainer): Promise<Answer> {
	try {
		return {layer: await container.layer()};
	} catch (error) {
		return {error: error instanceof Error ? error.message : String(error)};
	}
}

/** The layer of what the container that runs behind the socket at `path` changed so far. Rejects with a UsageError if it has ended by now. */
export async function askForLayer(path: string, name: string): Promise<Layer> {
	const given = await ask(path, 'layer').catch(cause => {
		throw unanswered(name, cause);
	});
	const told = given === '' ? {error: 'it ended'} : (JSON.parse(given) as Answer);
	if ('layer' in told) return told.layer;
	throw unanswered(name, 'error' in told ? told.error : given);
}

/** Tells the container behind the socket at `path` to end. Nobody there, or no answer, means that it ends by itself. */
export async function askToEnd(path: string, how: 'stop' | 'discard'): Promise<void> {
	await ask(path, how).catch(() => {});
}

function ask(path: string, request: keyof LiveContainer): Promise<string> {
	return byShortName(path, short => text(connect(short).end(request)));
}

function unanswered(name: string, cause: unknown): UsageError {
	return new UsageError('CONTAINER_SILENT', `the container ${name} cannot say what it changed`, {
		notes: [cause instanceof Error ? cause.message : String(cause)],
		help: ['try again; it may have ended: strata ps -a'],
		cause,
	});
}

/** The name of a socket has at most 107 bytes (unix(7)): it is given by a descriptor of its folder. */
async function byShortName<T>(path: string, use: (short: string) => Promise<T>): Promise<T> {
	const folder = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
	try {
		return await use(join(`/proc/self/fd/${folder}`, basename(path)));
	} finally {
		closeSync(folder);
	}
}
