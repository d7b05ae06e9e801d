import {createHash} from 'node:crypto';
import {once} from 'node:events';
import {MessageChannel, type MessagePort} from 'node:worker_threads';
import {changed} from './changed.ts';
import {hasEnded, helperThread, hold} from './helper-thread.ts';
import {isOwn, release} from './release.ts';

/** SHA-256, in hex, of what went into an encoder and of what came out. */
export interface Sums {
	readonly plain: string;
	readonly packed: string;
}

/** Hashes what passes by, in this thread or in another. */
export interface Hashing extends Disposable {
	/** A buffer whose bytes can be hashed where they are. */
	buffer(size: number): Buffer;
	/** Takes bytes of such a buffer. They stay as they are until `passed` resolves for the number that this answers. */
	plain(bytes: Buffer): number;
	/** Takes over bytes that nobody needs any more. */
	packed(bytes: Uint8Array): void;
	passed(turn: number): Promise<void> | undefined;
	/** Of all that it took. */
	end(): Promise<Sums>;
}

export function hashingHere(): Hashing {
	const [plain, packed] = [createHash('sha256'), createHash('sha256')];
	return {
		buffer: size => Buffer.allocUnsafeSlow(size),
		plain(bytes) {
			plain.update(bytes);
			return 0;
		},
		packed(bytes) {
			packed.update(bytes);
			release(bytes);
		},
		passed: () => undefined,
		end: async () => ({plain: plain.digest('hex'), packed: packed.digest('hex')}),
		[Symbol.dispose]() {},
	};
}

/** What the thread is told: a port on which it hears a `HashNews` after the other, and answers the last with `Sums`. */
export interface HashRequest {
	readonly port: MessagePort;
	/** One Int32: how many pieces it has done. */
	readonly turns: SharedArrayBuffer;
}

export type HashNews = {readonly plain: Uint8Array} | {readonly packed: Uint8Array} | 'end';

/** Another thread hashes. Should that end before its work, `again` is asked for the sums. */
export async function hashingApart(again: () => Promise<Sums>): Promise<Hashing> {
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
	thread.postMessage({port: theirs, turns: turns.buffer as SharedArrayBuffer} satisfies HashRequest, [theirs]);
	if (hasEnded(thread)) leave();
	return {
		buffer: size => Buffer.from(new SharedArrayBuffer(size)),
		plain: bytes => tell({plain: bytes}),
		packed: bytes => void tell({packed: bytes}, isOwn(bytes) ? [bytes.buffer] : []),
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
