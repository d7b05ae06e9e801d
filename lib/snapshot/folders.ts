import {randomBytes} from 'node:crypto';
import {mkdirSync, renameSync} from 'node:fs';
import {join} from 'node:path';

/** Where the files of a snapshot's folder lie. The folder round them is ours, whoever owns the root of the image, so it can be renamed. */
export function contentOf(root: string, name: string): string {
	return join(root, 'snapshots', name, 'fs');
}

/** An empty folder to fill before it is kept; `fs` in it is the root of the filesystem. */
export function draftFolder(parent: string): string {
	const draft = join(parent, randomBytes(6).toString('hex'));
	mkdirSync(join(draft, 'fs'), {recursive: true, mode: 0o755});
	return draft;
}

/** Moves a finished draft to its place under a new name, which is the answer. Atomic: it is there whole or not at all. */
export function keepFolder(root: string, draft: string): string {
	const name = randomBytes(6).toString('hex');
	mkdirSync(join(root, 'snapshots'), {recursive: true});
	renameSync(draft, join(root, 'snapshots', name));
	return name;
}
