import {libcFunction, systemError} from './libc.ts';

const call = libcFunction(
	'int mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data)',
);
const callUmount = libcFunction('int umount2(const char *target, int flags)');

/** Flags of mount(2), by their names in <sys/mount.h>. */
export const mountFlags = {
	readOnly: 0x1,
	noSuid: 0x2,
	noDev: 0x4,
	noExec: 0x8,
	remount: 0x20,
	bind: 0x1000,
	recursive: 0x4000,
	private: 0x40000,
} as const;

/** What mount(2) takes besides the target. */
export interface MountRequest {
	readonly type: string;
	readonly source?: string;
	readonly flags?: number;
	/** Options of the filesystem; the kernel refuses more than a page of them. */
	readonly data?: string;
}

/** mount(2). Throws a system error (`EPERM`, `ENODEV` …). */
export function mount(target: string, request: MountRequest): void {
	const {type, source = type, flags = 0, data = ''} = request;
	if (call(source, target, type, flags, data) !== 0) throw systemError('mount', target);
}

/** umount2(2) without MNT_DETACH: succeeds only when nothing below is in use any more. */
export function unmount(target: string): void {
	if (callUmount(target, 0) !== 0) throw systemError('umount', target);
}
