import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {pipeline} from 'node:stream/promises';
import {stoppedBy} from '../bytes.ts';
import {MachineError, StrataError} from '../errors.ts';
import {findProgram} from '../programs.ts';
import type {Store} from '../store/store.ts';
import {dockerArchive} from './docker-archive.ts';
import type {ExportedImage} from './image.ts';

/** Which program took an image: what `run` is to be typed with. */
export type Loader = 'podman' | 'docker';

/** Hands an image to `podman load`, or to `docker load` where there is no podman, through its stdin. Answers with which. A `signal` ends it. */
export async function loadInto(
	image: ExportedImage,
	store: Store,
	{path = process.env.PATH ?? '', signal}: {readonly path?: string; readonly signal?: AbortSignal} = {},
): Promise<Loader> {
	const loader = findLoader(path);
	if (!loader) throw noLoader();
	const content = await dockerArchive([image], store);
	const child = spawn(loader.path, ['load'], {stdio: ['pipe', 'ignore', 'pipe']});
	const end = () => child.kill();
	signal?.addEventListener('abort', end, {once: true});
	const [sent, {status, said}] = await Promise.all([
		pipeline(stoppedBy(signal, content), child.stdin).catch(error => error as Error),
		ending(child),
	]).finally(() => signal?.removeEventListener('abort', end));
	signal?.throwIfAborted();
	// What is wrong with the image is the cause of all else. A program that ends early says why itself: better than our broken pipe.
	if (sent instanceof StrataError) throw sent;
	if (status !== 0) throw refused(loader.name, {status, said});
	if (sent) throw sent;
	return loader.name;
}

function findLoader(path: string): {readonly name: Loader; readonly path: string} | undefined {
	for (const name of ['podman', 'docker'] as const) {
		const found = findProgram(name, path);
		if (found) return {name, path: found};
	}
	return undefined;
}

interface Ending {
	readonly status: number | NodeJS.Signals;
	readonly said: string;
}

async function ending(child: ChildProcess): Promise<Ending> {
	let said = '';
	child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
		said = (said + chunk).slice(-10_000);
	});
	const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
	return {status: code ?? signal ?? 'SIGKILL', said: said.trim()};
}

function noLoader(): MachineError {
	return new MachineError('NO_LOADER', 'neither podman nor docker is in PATH, which --load needs', {
		notes: ['the image is in the store'],
		help: ['on Debian and Ubuntu: apt install podman', 'or as a file for another machine: -o type=docker,dest=FILE'],
	});
}

function refused(loader: Loader, {status, said}: Ending): MachineError {
	const how = typeof status === 'number' ? `ended with code ${status}` : `was killed by ${status}`;
	return new MachineError('LOAD_REFUSED', `${loader} load ${how}`, {
		notes: [...(said === '' ? [] : [said.split('\n').slice(-5).join('\n')]), 'the image is in the store'],
		help: [`does it work by itself? ${loader} info`],
	});
}
