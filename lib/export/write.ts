import {createWriteStream, renameSync, rmSync, statSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import type {Writable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import type {Bytes} from '../bytes.ts';
import {outputError} from './errors.ts';

/** Writes `content` to a file by way of a temporary name, or to a stream, device or pipe as it comes. Answers with its size. */
export async function writeArchive(dest: string | Writable, content: Bytes): Promise<number> {
	if (typeof dest !== 'string') return writeTo(dest, content, false);
	try {
		const present = statSync(dest, {throwIfNoEntry: false});
		if (!present || present.isFile()) return await replaceFile(dest, content);
		return await writeTo(createWriteStream(dest), content);
	} catch (error) {
		throw outputError(dest, error);
	}
}

async function replaceFile(dest: string, content: Bytes): Promise<number> {
	const temporary = join(dirname(dest), `.${basename(dest)}.${process.pid}`);
	try {
		const size = await writeTo(createWriteStream(temporary, {flush: true}), content);
		renameSync(temporary, dest);
		return size;
	} finally {
		rmSync(temporary, {force: true});
	}
}

async function writeTo(stream: Writable, content: Bytes, end = true): Promise<number> {
	let size = 0;
	async function* counted() {
		for await (const chunk of content) {
			size += chunk.length;
			yield chunk;
		}
	}
	await pipeline(counted, stream, {end});
	return size;
}
