import {libcFunction, systemError} from './libc.ts';

/** https://man7.org/linux/man-pages/man2/pipe2.2.html */
const pipe2 = libcFunction('int pipe2(int *ends, int flags)');
const closeOnExec = 0o2000000;

/** The two descriptors of a pipe. No program that this process executes gets them unasked. */
export interface Pipe {
	readonly reader: number;
	readonly writer: number;
}

/** A pipe of the kernel. What Node calls one is a pair of sockets, which a program cannot open by the name /dev/stdout. */
export function openPipe(): Pipe {
	const ends = new Int32Array(2);
	if (pipe2(ends, closeOnExec) !== 0) throw systemError('pipe2', 'a new pipe');
	const [reader = -1, writer = -1] = ends;
	return {reader, writer};
}
