import {createHash} from 'node:crypto';
import {readlinkSync} from 'node:fs';
import {parentPort} from 'node:worker_threads';
import {openLayer} from './decompress.ts';
import {type ReadAhead, slotCount, slotSize, slotState} from './hashed-tar.ts';

// The entry file of the thread that reads layers: hashed-tar.ts starts it.
parentPort?.on('message', readAhead);
parentPort?.postMessage(readlinkSync('/proc/thread-self'));

async function readAhead(request: ReadAhead): Promise<void> {
	const {blob, arriving, digest} = request;
	const ring = openRing(request);
	const hash = createHash('sha256');
	try {
		for await (const chunk of openLayer(blob, arriving)) {
			hash.update(chunk);
			for (let at = 0; at < chunk.length; at += slotSize) {
				if (!ring.put(chunk.subarray(at, at + slotSize))) return;
			}
		}
		Buffer.from(digest).set(hash.digest());
		ring.end(slotState.ended);
	} catch {
		// Who reads tries it once more, and gets the error.
		ring.end(slotState.failed);
	}
}

function openRing({memory, slots: shared}: ReadAhead) {
	const slots = new Int32Array(shared);
	let slot = 0;
	/** Waits until the next slot is free: the reader of this layer needs no turn of this thread for that. */
	const fill = (state: number, bytes?: Uint8Array) => {
		for (let now = Atomics.load(slots, slot); now !== slotState.free; now = Atomics.load(slots, slot)) {
			Atomics.wait(slots, slot, now);
		}
		if (Atomics.load(slots, slotCount) !== 0) return false;
		if (bytes) Buffer.from(memory, slot * slotSize, bytes.length).set(bytes);
		Atomics.store(slots, slot, state);
		Atomics.notify(slots, slot);
		slot = (slot + 1) % slotCount;
		return true;
	};
	return {
		/** Whether somebody still reads. */
		put: (bytes: Uint8Array) => fill(bytes.length, bytes),
		end: (state: number) => void fill(state),
	};
}
