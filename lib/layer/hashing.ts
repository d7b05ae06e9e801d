import {once} from 'node:events';
import {MessageChannel, type MessagePort} from 'node:worker_threads';
import {changed} from './changed.ts';
import {hasEnded, helperThread, hold} from './helper-thread.ts';
import {isOwn, release} from './release.ts';
import {type SummingOptions, type Sums, summing} from './sums.ts';

/** Hashes what passes by, in this thread or in another. */
export interface Hashing extends Disposable {
	/** A buffer whose bytes can be hashed where they are. */
	buffer(size: number): Buffer;
	/**
	 * Takes bytes of such a buffer. They stay as they are until `passed` resolves for the number that this answers. `mark`: how far
	 * the sums are behind them is to be told.
	 */
	plain(bytes: Buffer, mark?: boolean): number;
	/** Takes over bytes that nobody needs any more. Whose plain bytes have a mark has one too. */
	packed(bytes: Uint8Array, mark?: boolean): void;
	passed(turn: number): Promise<void> | undefined;
	/** Of all that it took. */
	end(): Promise<Sums>;
}

export function hashingHere(options?: SummingOptions): Hashing {
	const sums = summing(options);
	return {
		buffer: size => Buffer.allocUnsafeSlow(size),
		plain(bytes, mark = false) {
			sums.plain(bytes, mark);
			return 0;
		},
		packed(bytes, mark = false) {
			sums.packed(bytes, mark);
			release(bytes);
		},
		passed: () => undefined,
		end: async () => sums.end(),
		[Symbol.dispose]() {},
	};
}

/** What the thread is told: a port on which it hears a `HashNews` after the other, and answers the last with `Sums`. */
export interface HashRequest {
	readonly port: MessagePort;
	/** One Int32: how many pieces it has done. */
	readonly turns: SharedArrayBuffer;
	readonly options: SummingOptions;
}

export type HashNews =
	| {readonly plain: Uint8Array; readonly mark: boolean}
	| {readonly packed: Uint8Array; readonly mark: boolean}
	| 'end';

/** Starts the thread of `hashingApart`, which soon will be needed. */
export function expectHashing(): void {
	helperThread('layer/hash-thread').catch(() => {});
}

/** Another thread hashes. Should that end before its work, `again` is asked for the sums. */
export async function hashingApart(again: () => Promise<Sums>, options: SummingOptions = {}): Promise<Hashing> {
	const thread = await helperThread('layer/hash-thread');
	const {port1: port, port2: theirs} = new MessageChannel();
	const turns = new Int32Array(new SharedArrayBuffer(4));
	const left = new AbortController();
	let sent = 0;
	const tell = (news: HashNews, moved: ArrayBuffer[] = []) => {
		port.postMessage(news, moved);
		return ++sent;
	};
	const leave = () => {
		left.abort();
		Atomics.store(turns, 0, 2 ** 31 - 1);
		Atomics.notify(turns, 0);
	};
	const held = hold(thread);
	thread.once('exit', leave);
	const request: HashRequest = {port: theirs, turns: turns.buffer as SharedArrayBuffer, options};
	thread.postMessage(request, [theirs]);
	if (hasEnded(thread)) leave();
	return {
		buffer: size => Buffer.from(new SharedArrayBuffer(size)),
		plain: (bytes, mark = false) => tell({plain: bytes, mark}),
		packed: (bytes, mark = false) => void tell({packed: bytes, mark}, isOwn(bytes) ? [bytes.buffer] : []),
		passed: turn => (Atomics.load(turns, 0) >= turn ? undefined : reached(turns, turn)),
		async end() {
			tell('end');
			const [sums]: Sums[] = await once(port, 'message', {signal: left.signal}).catch(() => []);
			return sums ?? again();
		},
		[Symbol.dispose]() {
			thread.off('exit', leave);
			port.close();
			held[Symbol.dispose]();
		},
	};
}

/** Resolves when a number is at least `least`. */
async function reached(numbers: Int32Array, least: number): Promise<void> {
	for (let now = Atomics.load(numbers, 0); now < least; now = Atomics.load(numbers, 0)) await changed(numbers, 0, now);
}
