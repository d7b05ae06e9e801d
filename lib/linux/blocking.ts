import {libcFunction, systemError} from './libc.ts';

/** https://man7.org/linux/man-pages/man2/fcntl.2.html */
const fcntl = libcFunction('int fcntl(int fd, int command, long argument)');
const getFlags = 3;
const setFlags = 4;
const nonBlocking = 0o4000;

/** Makes reads and writes of an open file wait, for all who share it, as programs expect it: Node does the opposite with what it was given. */
export function makeBlocking(fd: number): void {
	const flags = fcntl(fd, getFlags, 0);
	if (flags < 0 || fcntl(fd, setFlags, flags & ~nonBlocking) < 0) throw systemError('fcntl', `/proc/self/fd/${fd}`);
}
