import {mkdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {unmount} from '../linux/mount.ts';
import {copySnapshotter} from './copy.ts';
import {overlaySnapshotter} from './overlay.ts';
import {mountOverlay} from './overlay-mount.ts';
import type {Snapshotter} from './snapshot.ts';
import type {Unpacking} from './unpack.ts';

/** Overlay where it can be mounted, else copies; `forced` (`STRATA_SNAPSHOTTER`) may ask for copies. Call it inside the namespace. */
export function chooseSnapshotter(unpacking: Unpacking, forced?: string): Snapshotter {
	const overlay = forced !== 'copy' && overlayRefusal(join(unpacking.scratch, 'overlay-probe')) === undefined;
	return overlay ? overlaySnapshotter(unpacking) : copySnapshotter(unpacking);
}

/** Mounts an overlay below `folder`, which must not be there yet; what the kernel has against it, or undefined. */
export function overlayRefusal(folder: string): Error | undefined {
	const [lower, upper, work, target] = ['lower', 'upper', 'work', 'target'].map(name => join(folder, name)) as [
		string,
		string,
		string,
		string,
	];
	for (const path of [lower, upper, work, target]) mkdirSync(path, {recursive: true});
	try {
		mountOverlay(target, join(folder, 'links'), {lower: [lower], upper, work});
		unmount(target);
		return undefined;
	} catch (error) {
		return error as Error;
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
}
