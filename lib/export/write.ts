import {
	createWriteStream,
	lstatSync,
	openSync,
	readlinkSync,
	realpathSync,
	renameSync,
	rmSync,
	statSync,
} from 'node:fs';
import {basename, dirname, isAbsolute, join} from 'node:path';
import type {Writable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {type Bytes, stoppedBy} from '../bytes.ts';
import {outputError} from './errors.ts';
import {temporaryIn} from './temporary.ts';

/**
 * Writes `content` to a file by way of a temporary name, links to it followed, or to a stream, device or pipe as it comes. Answers with its size.
 * Between two pieces of it `signal` may stop it: it rejects with its reason then, and no half of a file stays.
 */
export async function writeArchive(dest: string | Writable, content: Bytes, signal?: AbortSignal): Promise<number> {
	try {
		return await (typeof dest === 'string'
			? writeAt(dest, content, signal)
			: send(content, dest, {end: false, signal}));
	} catch (error) {
		signal?.throwIfAborted();
		throw typeof dest === 'string' ? outputError(dest, error) : error;
	}
}

function writeAt(dest: string, content: Bytes, signal: AbortSignal | undefined): Promise<number> {
	const present = statSync(dest, {throwIfNoEntry: false});
	if (present && !present.isFile()) return send(content, createWriteStream(dest), {signal});
	const path = linkedFrom(dest);
	const descriptor = descriptorAt(path);
	if (descriptor === undefined) return replaceFile(path, content, signal);
	return send(content, createWriteStream('', {fd: descriptor, autoClose: false}), {signal});
}

/** The path at the end of a chain of links, also where nothing is there yet. What /proc has for an open file is such an end. */
function linkedFrom(path: string): string {
	const folder = realpathSync(dirname(path));
	const place = join(folder, basename(path));
	const isLink = lstatSync(place, {throwIfNoEntry: false})?.isSymbolicLink();
	if (!isLink || descriptorAt(place) !== undefined) return place;
	const target = readlinkSync(place);
	return linkedFrom(isAbsolute(target) ? target : `${folder}/${target}`);
}

/** Of a path such as /proc/self/fd/1: whoever opened that file reads from it what he gets, not what takes its name. */
function descriptorAt(path: string): number | undefined {
	const folder = dirname(path);
	const isOpenHere = folder.startsWith('/proc/') && folder === realpathSync('/proc/self/fd');
	return isOpenHere ? Number(basename(path)) : undefined;
}

async function replaceFile(path: string, content: Bytes, signal: AbortSignal | undefined): Promise<number> {
	const temporary = temporaryIn(dirname(path));
	// at once: a stream that is stopped early would open it when it has been removed
	const fd = openSync(temporary, 'wx');
	try {
		const size = await send(content, createWriteStream('', {fd, flush: true}), {signal});
		renameSync(temporary, path);
		return size;
	} finally {
		rmSync(temporary, {force: true});
	}
}

interface Sending {
	/** Default: it is. */
	readonly end?: boolean;
	readonly signal: AbortSignal | undefined;
}

async function send(content: Bytes, stream: Writable, {end = true, signal}: Sending): Promise<number> {
	let size = 0;
	async function* counted() {
		// pipeline alone would not stop what goes to a stream that stays open
		for await (const chunk of stoppedBy(signal, content)) {
			size += chunk.length;
			yield chunk;
		}
	}
	await pipeline(counted, stream, {end, ...(signal ? {signal} : {})});
	return size;
}
