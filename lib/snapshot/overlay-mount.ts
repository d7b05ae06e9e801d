import {mkdirSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {StepError} from '../errors.ts';
import {mount, unmount} from '../linux/mount.ts';

/** OVL_MAX_STACK of the kernel. */
const mostLayers = 500;

export interface OverlayFolders {
	/** The highest first. */
	readonly lower: readonly string[];
	readonly upper: string;
	/** On the same filesystem as `upper`, empty, used once: `volatile` refuses a second mount. */
	readonly work: string;
}

/**
 * Mounts an overlay at `target`, making short links to its lower folders in the new folder `links`: the kernel takes
 * one page of options. Works in that folder for the moment of the call, so only on the main thread.
 * https://docs.kernel.org/filesystems/overlayfs.html
 */
export function mountOverlay(target: string, links: string, {lower, upper, work}: OverlayFolders): void {
	mkdirSync(links);
	for (const [index, path] of lower.entries()) symlinkSync(path, join(links, String(index)));
	symlinkSync(upper, join(links, 'u'));
	symlinkSync(work, join(links, 'w'));
	const before = process.cwd();
	process.chdir(links);
	try {
		const stack = [...lower.keys()].join(':');
		mount(target, {type: 'overlay', data: `lowerdir=${stack},upperdir=u,workdir=w,userxattr,index=off,volatile`});
	} finally {
		process.chdir(before);
	}
}

/** Throws a `StepError` for more layers than one overlay takes, before anything is done. One is kept for our stubs. */
export function checkDepth(layers: number): void {
	if (layers < mostLayers) return;
	throw new StepError(
		'TOO_MANY_LAYERS',
		`RUN cannot start on ${layers} layers: the kernel stacks at most ${mostLayers - 1}`,
		{
			help: [
				'join RUN instructions, or build on a smaller base',
				'or without overlayfs, slower: STRATA_SNAPSHOTTER=copy',
			],
		},
	);
}

/** Unmounts once the last descriptors below are closed: they are when the container is gone, give or take some milliseconds. */
export async function unmountAtRest(target: string): Promise<void> {
	for (let pause = 1; ; pause *= 2) {
		try {
			unmount(target);
			return;
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'EBUSY' || pause > 1_000) throw error;
			await delay(pause);
		}
	}
}
