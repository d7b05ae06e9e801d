import {libcFunction, systemError} from './libc.ts';

/** https://man7.org/linux/man-pages/man2/flock.2.html */
const flock = libcFunction('int flock(int fd, int operation)');
const operations = {shared: 1, exclusive: 2} as const;
const nonBlocking = 4;

/**
 * Locks the open file `fd` if that needs no waiting; false if another has it. The lock ends when `fd` is closed, also
 * by the end of the process however it comes. Two descriptors of one file exclude each other even in one process;
 * asking again for a lock that `fd` has changes it to the new mode.
 */
export function tryFlock(fd: number, mode: 'shared' | 'exclusive'): boolean {
	for (;;) {
		if (flock(fd, operations[mode] | nonBlocking) === 0) return true;
		const error = systemError('flock', `/proc/self/fd/${fd}`);
		if (error.code === 'EAGAIN' || error.code === 'EWOULDBLOCK') return false;
		if (error.code !== 'EINTR') throw error;
	}
}
