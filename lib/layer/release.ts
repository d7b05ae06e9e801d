import {MessageChannel} from 'node:worker_threads';

/** Smaller ones may be parts of Node's pool, whose memory is that of others too. */
const smallest = 128 * 1024;

let nowhere: MessageChannel['port1'] | undefined;

/**
 * Gives back the memory of bytes that nobody will use any more. The collector would come for it only after some 64 MB, since what
 * is outside of the heap hardly counts there. Sent to a port that nobody hears, it is gone at once.
 */
export function release(bytes: Uint8Array): void {
	if (!isOwn(bytes)) return;
	nowhere ??= openNowhere();
	nowhere.postMessage(undefined, [bytes.buffer]);
}

/** Whether the memory of these bytes is surely nobody else's, so that it can be given away. */
export function isOwn(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
	return bytes.buffer instanceof ArrayBuffer && bytes.buffer.byteLength >= smallest;
}

function openNowhere(): MessageChannel['port1'] {
	const {port1, port2} = new MessageChannel();
	port2.close();
	return port1;
}
