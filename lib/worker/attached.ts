import {write} from 'node:fs';
import {promisify} from 'node:util';
import {StepError} from '../errors.ts';
import {makeBlocking} from '../linux/blocking.ts';
import type {Stdio} from '../runtime/runtime.ts';

/** Where a worker has the descriptors that it was started with for a program of its caller. */
export const attached: Stdio = {stdin: 5, stdout: 6, stderr: 7};

/** Hands output on to where the caller writes, at the pace of who reads there. Rejects with a StepError where there is no room, or no way. */
export async function writeAttached(stream: 'stdout' | 'stderr', data: Uint8Array): Promise<'closed' | undefined> {
	try {
		for (let at = 0; at < data.length; ) at += (await writeTo(attached[stream], data, at)).bytesWritten;
		return undefined;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'EPIPE') return 'closed';
		throw unwritable(stream, error as Error);
	}
}

function unwritable(stream: 'stdout' | 'stderr', cause: Error): StepError {
	const reason = cause.message.replace(/^[A-Z]+: |, write$/g, '');
	return new StepError('OUTPUT_UNWRITABLE', `cannot write to ${stream}: ${reason}`, {
		help: [`where ${stream} goes, is there room?`],
		cause,
	});
}

const writeTo = promisify(write);

/** Makes the descriptors what programs expect. */
export function openAttached(): Stdio {
	for (const fd of Object.values(attached)) makeBlocking(fd);
	return attached;
}
