import {closeSync, constants, fstatSync, mkdirSync, openSync, writeFileSync} from 'node:fs';
import {StepError} from '../errors.ts';
import {mount, mountFlags, unmount} from '../linux/mount.ts';
import {openInRoot} from '../linux/open-in-root.ts';

/**
 * Shows at `place`, which is new, what `path` leads to inside `root`. The descriptor that the kernel found is what is mounted, not
 * the name: others may write to `root` meanwhile (CVE-2024-23651, CVE-2024-1753). Disposing unmounts it; `place` stays, empty.
 */
export function bindInRoot(root: string, path: string, place: string): Disposable {
	using found = open(root, path);
	if (fstatSync(found.fd).isDirectory()) mkdirSync(place);
	else writeFileSync(place, '');
	mount(place, {type: 'none', source: found.name, flags: mountFlags.bind | mountFlags.recursive});
	return {[Symbol.dispose]: () => unmount(place)};
}

/** An open file or folder, and a name that means this very one, for other processes too. */
export interface Found extends Disposable {
	readonly fd: number;
	readonly name: string;
}

/** Opens what `path` leads to inside `root`, whoever else writes to it. Throws a StepError if there is nothing. */
export function open(root: string, path: string): Found {
	const fd = descriptor(root, path);
	return {fd, name: `/proc/${process.pid}/fd/${fd}`, [Symbol.dispose]: () => closeSync(fd)};
}

function descriptor(root: string, path: string): number {
	const folder = openSync(root, constants.O_RDONLY | constants.O_DIRECTORY);
	try {
		return openInRoot(folder, `./${path}`);
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		if (!['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'].includes(code ?? '')) throw error;
		throw new StepError('MOUNT_SOURCE', `RUN: --mount: there is no ${path} to mount`, {
			cause: error,
			help: ['what source= names must be there when the RUN begins'],
		});
	} finally {
		closeSync(folder);
	}
}
