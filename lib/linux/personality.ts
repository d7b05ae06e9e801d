import {libcFunction} from './libc.ts';

/** https://man7.org/linux/man-pages/man2/personality.2.html */
const personality = libcFunction('int personality(ulong persona)');
const asItIs = 0xff_ff_ff_ff;
const linux32 = 8;

/** Whether the processor runs 32-bit programs of its kind too: kernels for arm64 refuse this personality where it does not. */
export function runs32BitPrograms(): boolean {
	const before = personality(asItIs);
	if (before < 0 || personality(linux32) < 0) return false;
	personality(before);
	return true;
}
