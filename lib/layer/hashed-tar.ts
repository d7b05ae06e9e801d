import {createHash} from 'node:crypto';
import type {Bytes} from '../bytes.ts';
import {type DiffID, diffIDFromHex} from '../oci/digest.ts';
import {tapped} from './byte-reader.ts';
import {changed} from './changed.ts';
import {openLayer} from './decompress.ts';
import {hasEnded, helperThread, hold} from './helper-thread.ts';

/** The tar of a layer's blob, and the digest that it turns out to have. */
export interface HashedTar {
	/** Each piece is valid until the next one is asked for. */
	readonly content: Bytes;
	/** Once the content has ended. */
	diffID(): DiffID;
}

/** `arriving`: how many bytes the blob will have, if it is still being written. */
export function hashedTar(blob: string, arriving?: number): HashedTar {
	const hash = createHash('sha256');
	return {
		content: tapped(openLayer(blob, arriving), chunk => hash.update(chunk)),
		diffID: () => diffIDFromHex(hash.digest('hex')),
	};
}

/** What the thread is told. It puts pieces into the slots of `memory` in turn, as soon as they are free. */
export interface ReadAhead {
	readonly blob: string;
	readonly arriving?: number | undefined;
	readonly memory: SharedArrayBuffer;
	/** An Int32 for each slot: how many bytes it has, or a `slotState`. One more says, when it is not 0, that nobody reads on. */
	readonly slots: SharedArrayBuffer;
	/** The bytes of the digest, when the content has ended. */
	readonly digest: SharedArrayBuffer;
}

export const slotState = {free: 0, ended: -1, failed: -2} as const;
export const slotSize = 256 * 1024;
export const slotCount = 16;

/**
 * Like `hashedTar`, but read, decompressed and hashed in another thread, some pieces ahead. What fails there is
 * done once more in this thread, so that the error is that of `hashedTar`; so is what a thread leaves undone that ends.
 */
export async function tarAhead(blob: string, arriving?: number): Promise<HashedTar> {
	const thread = await helperThread('layer/read-thread');
	const memory = new SharedArrayBuffer(slotCount * slotSize);
	const slots = new Int32Array(new SharedArrayBuffer(4 * (slotCount + 1)));
	const digest = new SharedArrayBuffer(32);
	let again: HashedTar | undefined;
	thread.postMessage({blob, arriving, memory, slots: slots.buffer as SharedArrayBuffer, digest} satisfies ReadAhead);

	async function* content(): Bytes {
		using _ = hold(thread);
		let position = 0;
		let isAlone = false;
		const goOn = () => {
			isAlone = true;
			for (let slot = 0; slot < slotCount; slot++) Atomics.notify(slots, slot);
		};
		thread.once('exit', goOn);
		if (hasEnded(thread)) goOn();
		try {
			for (let slot = 0; ; slot = (slot + 1) % slotCount) {
				if (!isAlone) await changed(slots, slot, slotState.free);
				const length = Atomics.load(slots, slot);
				if (length === slotState.ended) return;
				if (length === slotState.failed || length === slotState.free) break;
				yield Buffer.from(memory, slot * slotSize, length);
				position += length;
				Atomics.store(slots, slot, slotState.free);
				Atomics.notify(slots, slot);
			}
		} finally {
			thread.off('exit', goOn);
			leave(slots);
		}
		again = hashedTar(blob, arriving);
		yield* after(position, again.content);
	}
	return {
		content: content(),
		diffID: () => again?.diffID() ?? diffIDFromHex(Buffer.from(digest).toString('hex')),
	};
}

/** Whatever slot the thread waits for, it goes on, and sees that nobody reads. */
function leave(slots: Int32Array): void {
	Atomics.store(slots, slotCount, 1);
	for (let slot = 0; slot < slotCount; slot++) {
		Atomics.store(slots, slot, slotState.free);
		Atomics.notify(slots, slot);
	}
}

async function* after(position: number, content: Bytes): Bytes {
	let missing = position;
	for await (const chunk of content) {
		const rest = chunk.subarray(missing);
		missing -= chunk.length - rest.length;
		if (rest.length > 0) yield rest;
	}
}
