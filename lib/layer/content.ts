import {closeSync, constants, fstatSync, openSync, readSync} from 'node:fs';
import {fileState} from '../linux/file-state.ts';
import type {Content, Entry} from '../tree/entry.ts';
import {nativePath} from '../tree/name.ts';
import {changedFile} from './errors.ts';

/** Reads a content piece by piece. */
export interface ContentReader extends Disposable {
	/** Puts the next bytes into `into`, behind its first `at`, and answers how many: at most `most`, never 0. */
	read(into: Buffer, at: number, most: number): number;
	/** Checks, after the last byte, that the file had no more, and is in the state that its entry says. */
	finish(): void;
}

/** Opens the content of a file. Throws an error that names the file where it is not as its entry says. */
export function openContent(entry: Entry): ContentReader {
	const {content, size, path} = entry;
	if (!content || content.from === 'layer') throw new TypeError(`the content of "${path}" is not at hand`);
	return content.from === 'bytes' ? openBytes(content.data, size, path) : openFile(content, size);
}

function openBytes(data: Uint8Array, size: number, path: string): ContentReader {
	if (data.length !== size) throw new TypeError(`"${path}" is to have ${size} bytes, but has ${data.length}`);
	let done = 0;
	return {
		read(into, at, most) {
			const piece = data.subarray(done, done + most);
			into.set(piece, at);
			done += piece.length;
			return piece.length;
		},
		finish() {},
		[Symbol.dispose]() {},
	};
}

/** A file may have been replaced since it was seen: a link is not followed, and a fifo does not block. */
const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

function openFile({path, offset, state}: Extract<Content, {from: 'file'}>, size: number): ContentReader {
	const fd = openSeen(path);
	let position = offset ?? 0;
	return {
		read(into, at, most) {
			const count = readSync(fd, into, at, most, position);
			if (count === 0) throw changedFile(path);
			position += count;
			return count;
		},
		finish() {
			// Without an offset, the content is the whole file.
			if (offset !== undefined) return;
			const stat = fstatSync(fd, {bigint: true});
			if (stat.size !== BigInt(size) || (state !== undefined && fileState(stat) !== state)) throw changedFile(path);
		},
		[Symbol.dispose]: () => closeSync(fd),
	};
}

function openSeen(path: string): number {
	try {
		return openSync(nativePath(path), flags);
	} catch (error) {
		const gone = ['ENOENT', 'ELOOP', 'ENXIO'].includes((error as NodeJS.ErrnoException).code ?? '');
		throw gone ? changedFile(path, error) : error;
	}
}
