import {libcFunction, systemError} from './libc.ts';

/** close_range(2) by its number, which is the same on every architecture: C libraries have it since a short time only. */
const syscall = libcFunction('long syscall(long number, unsigned int first, unsigned int last, unsigned int flags)');
const closeRange = 436;
const closeOnExecOnly = 4;
const last = 0xffff_ffff;

/** Programs that this process executes from now on get none of its descriptors from `first` on. Needs Linux 5.11. */
export function closeOnExec(first: number): void {
	if (syscall(closeRange, first, last, closeOnExecOnly) !== 0) throw systemError('close_range', `${first}`);
}
