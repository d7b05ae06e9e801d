import {MessageChannel} from 'node:worker_threads';

/** Smaller ones may be parts of Node's pool, whose memory is that of others too. */
const smallest = 128 * 1024;

let nowhere: MessageChannel['port1'] | undefined;

/**
 * Gives back the memory of bytes that nobody will use any more. The collector would come for it only after some 64 MB, since what
 * is outside of the heap hardly counts there. Sent to a port that nobody hears, it is gone at once.
 */
export function release({buffer}: Uint8Array): void {
	if (buffer.byteLength < smallest || !(buffer instanceof ArrayBuffer)) return;
	nowhere ??= openNowhere();
	nowhere.postMessage(undefined, [buffer]);
}

function openNowhere(): MessageChannel['port1'] {
	const {port1, port2} = new MessageChannel();
	port2.close();
	return port1;
}
