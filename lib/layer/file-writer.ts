import {rmSync} from 'node:fs';
import type {Worker} from 'node:worker_threads';
import type {NativePath} from '../linux/xattr.ts';
import type {TocEntry} from '../tree/toc.ts';
import {hasEnded, helperThread} from './helper-thread.ts';
import {type Owners, writeFile} from './new-file.ts';

/**
 * Writes files in another thread, while this one goes on: much of the time that unpacking takes goes into making them. Calls
 * are synchronous. Disposing waits for the thread, and leaves unwritten what it had not begun.
 */
export interface FileWriter extends Disposable {
	/** Room for the content of the next file: `size` bytes, at most `largestFile`. */
	room(size: number): Buffer;
	/** Takes a file whose content is in the last room. It is there when `settle` returns. */
	add(native: NativePath, entry: TocEntry): void;
	/** Waits until all is written. Throws what writing a file throws. */
	settle(): void;
}

/** A larger file is not worth the memory. */
export const largestFile = 256 * 1024;

/** Files for the thread, which writes them one after the other. */
export interface Batch {
	readonly files: readonly NewFile[];
	readonly owners: Owners;
	readonly memory: SharedArrayBuffer;
	/** One Int32: how many files are written, once the thread has done what it can; before that, `unfinished`. */
	readonly written: SharedArrayBuffer;
}

interface NewFile {
	readonly native: NativePath;
	readonly entry: TocEntry;
	/** Where its content begins in the memory. */
	readonly start: number;
}

const unfinished = -1;

/** Milliseconds after which it is asked whether the thread is still there. */
const patience = 200;

const batchSize = 2 * largestFile;
/** Some wait for the thread while the next is filled. */
const batchCount = 6;
/** Empty files take no room: the thread is to begin. */
const mostFiles = 64;

export async function fileWriter(owners: Owners): Promise<FileWriter> {
	const thread = await helperThread('layer/write-thread');
	const batches = Array.from({length: batchCount}, () => openBatch(owners, thread));
	let turn = 0;
	const current = () => batches[turn % batchCount] as OpenBatch;
	const next = () => {
		current().send();
		turn++;
		current().finish();
	};
	return {
		room(size) {
			if (!current().fits(size)) next();
			return current().room(size);
		},
		add: (native, entry) => current().add(native, entry),
		settle() {
			next();
			for (const batch of batches) batch.finish();
		},
		[Symbol.dispose]: () => {
			for (const batch of batches) batch.wait();
		},
	};
}

interface OpenBatch {
	fits(size: number): boolean;
	room(size: number): Buffer;
	add(native: NativePath, entry: TocEntry): void;
	send(): void;
	/** Waits until the thread has done what it can, or has ended. */
	wait(): void;
	/** Sees to it that all its files are written, and empties it. */
	finish(): void;
}

function openBatch(owners: Owners, thread: Worker): OpenBatch {
	const memory = new SharedArrayBuffer(batchSize);
	const written = new Int32Array(new SharedArrayBuffer(4));
	let files: NewFile[] = [];
	let used = 0;
	let start = 0;

	const wait = () => {
		while (Atomics.wait(written, 0, unfinished, patience) === 'timed-out') {
			if (hasEnded(thread)) Atomics.store(written, 0, 0);
		}
	};
	return {
		fits: size => used + size <= batchSize && files.length < mostFiles,
		room(size) {
			start = used;
			used += size;
			return Buffer.from(memory, start, size);
		},
		add: (native, entry) => void files.push({native, entry, start}),
		send() {
			Atomics.store(written, 0, unfinished);
			thread.postMessage({files, owners, memory, written: written.buffer as SharedArrayBuffer} satisfies Batch);
		},
		wait,
		finish() {
			wait();
			const left = files.slice(Atomics.load(written, 0));
			files = [];
			used = 0;
			Atomics.store(written, 0, 0);
			for (const file of left) writeAgain(file, {memory, owners});
		},
	};
}

/** What the thread failed to write is tried once more: if that fails too, the error is thrown where it belongs. */
function writeAgain({native, entry, start}: NewFile, {memory, owners}: Pick<Batch, 'memory' | 'owners'>): void {
	rmSync(native, {force: true});
	writeFile(native, Buffer.from(memory, start, entry.size), {entry, owners});
}
