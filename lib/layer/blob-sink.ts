import {once} from 'node:events';
import {MessageChannel, type MessagePort} from 'node:worker_threads';
import {type BlobFile, type BlobPiece, type BlobRequest, type BlobStart, createBlob} from './blob-file.ts';
import {changed} from './changed.ts';
import {hasEnded, helperThread, hold} from './helper-thread.ts';
import {isOwn, release} from './release.ts';
import {type Sums, summing} from './sums.ts';

/** Where an encoder leaves what it makes: it is written and hashed, in this thread or in another. */
export interface BlobSink {
	/** Appends blocks that the older blob begins with, behind its header, as this one does. Only before all else. */
	begin(start: BlobStart): void;
	/** A buffer, in memory that threads share. */
	buffer(size: number): Buffer;
	/**
	 * Hashes bytes of such a buffer. They stay as they are until `passed` resolves for the number that this answers. `mark`: how far
	 * the sums are behind them is to be told.
	 */
	plain(bytes: Buffer, mark?: boolean): number;
	/** Takes over bytes that nobody needs any more. Whose plain bytes have a mark has one too. */
	packed(bytes: Uint8Array, mark?: boolean): void;
	/** Like `packed`, with the bytes of a block of the older blob. */
	copy(block: BlobPiece, mark?: boolean): void;
	/** Rejects as soon as it is known that something failed. */
	passed(turn: number): Promise<void> | undefined;
	/** When all is written. Rejects if some of it cannot get to the disk. */
	end(): Promise<Sums>;
}

/** Leaves what is written to `write`, and hashes it. There is no older blob. */
export function writingSink(write: (bytes: Uint8Array) => void): BlobSink {
	const sums = summing();
	const noOlder = () => {
		throw new TypeError('there is no older blob');
	};
	return sinkOf({
		begin: noOlder,
		plain: sums.plain,
		packed(bytes, mark) {
			write(bytes);
			sums.packed(bytes, mark);
		},
		copy: noOlder,
		end: async () => sums.end(),
	});
}

/** This thread writes the file. */
export function sinkHere(request: BlobRequest): BlobSink & AsyncDisposable {
	const blob = createBlob(request);
	return {...sinkOf(blob), [Symbol.asyncDispose]: () => blob[Symbol.asyncDispose]()};
}

/** Everything is done at once, so nobody waits for a turn. */
function sinkOf(blob: Omit<BlobFile, keyof AsyncDisposable>): BlobSink {
	return {
		begin: start => blob.begin(start),
		buffer: sharedBuffer,
		plain(bytes, mark = false) {
			blob.plain(bytes, mark);
			return 0;
		},
		packed(bytes, mark = false) {
			blob.packed(bytes, mark);
			release(bytes);
		},
		copy: (block, mark = false) => blob.copy(block, mark),
		passed: () => undefined,
		end: () => blob.end(),
	};
}

function sharedBuffer(size: number): Buffer {
	return Buffer.from(new SharedArrayBuffer(size));
}

/** What the thread is told: a port on which it hears a `BlobNews` after the other, and answers with a `BlobAnswer`. After 'leave' it closes the file, then the port. */
export interface BlobOrder {
	readonly port: MessagePort;
	/** Two Int32: how many pieces it has done, and whether what is left of them is in vain. */
	readonly turns: SharedArrayBuffer;
	readonly request: BlobRequest;
}

export type BlobNews =
	| {readonly plain: Uint8Array; readonly mark: boolean}
	| {readonly packed: Uint8Array; readonly mark: boolean}
	| {readonly copy: BlobPiece; readonly mark: boolean}
	| {readonly begin: BlobStart}
	/** All was told. */
	| 'end'
	/** It is given up. */
	| 'leave';

/** `facts`: what the way between threads takes from an error. */
export type BlobAnswer = {readonly sums: Sums} | {readonly error: Error; readonly facts: object};

/** The thread has ended before its work: another one, or none, has to do it. */
export class LostThreadError extends Error {
	static readonly code = 'LOST_THREAD';
	readonly code = LostThreadError.code;
	override readonly message = 'the thread that writes a blob ended';
}

/** Another thread writes the file, and hashes. Rejects if it cannot start. */
export async function sinkApart(request: BlobRequest): Promise<BlobSink & AsyncDisposable> {
	const thread = await helperThread('layer/blob-thread');
	const {port1: port, port2: theirs} = new MessageChannel();
	const turns = new Int32Array(new SharedArrayBuffer(8));
	const held = hold(thread);
	const closed = once(port, 'close');
	let failure: Error | undefined;
	let sent = 0;
	const tell = (news: BlobNews, moved: ArrayBuffer[] = []) => {
		port.postMessage(news, moved);
		return ++sent;
	};
	/** Who waits for a turn sees that there is no need to. The thread may count on. */
	const wake = () => {
		Atomics.store(turns, 0, 2 ** 30);
		Atomics.notify(turns, 0);
	};
	const leave = () => {
		failure ??= new LostThreadError();
		port.close();
		wake();
	};
	const answer = new Promise<Sums>((resolve, reject) => {
		port.on('message', (message: BlobAnswer) => {
			if ('sums' in message) return resolve(message.sums);
			failure = Object.assign(message.error, message.facts);
			wake();
			reject(failure);
		});
		closed.then(() => reject(failure ?? new LostThreadError()));
	});
	// Who waits for it hears of it.
	answer.catch(() => {});
	const passed = async (turn: number) => {
		for (let now = Atomics.load(turns, 0); now < turn && !failure; now = Atomics.load(turns, 0)) {
			await changed(turns, 0, now);
		}
		if (failure) throw failure;
	};

	thread.once('exit', leave);
	thread.postMessage({port: theirs, turns: turns.buffer as SharedArrayBuffer, request} satisfies BlobOrder, [theirs]);
	if (hasEnded(thread)) leave();
	return {
		begin: begin => void tell({begin}),
		buffer: sharedBuffer,
		plain: (bytes, mark = false) => tell({plain: bytes, mark}),
		packed: (bytes, mark = false) => void tell({packed: bytes, mark}, isOwn(bytes) ? [bytes.buffer] : []),
		copy: (copy, mark = false) => void tell({copy, mark}),
		passed: turn => (Atomics.load(turns, 0) >= turn && !failure ? undefined : passed(turn)),
		end() {
			tell('end');
			return answer;
		},
		async [Symbol.asyncDispose]() {
			Atomics.store(turns, 1, 1);
			tell('leave');
			await closed;
			thread.off('exit', leave);
			held[Symbol.dispose]();
		},
	};
}
