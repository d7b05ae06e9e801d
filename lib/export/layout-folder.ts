import {existsSync, mkdirSync, readdirSync} from 'node:fs';
import {dirname, join} from 'node:path';
import type {Index} from '../oci/image.ts';
import {emptyIndex, layoutVersion} from '../oci/layout.ts';
import {readIndex} from '../store/images.ts';
import {lockFile} from '../store/locks.ts';
import {replaceFile} from '../store/replace.ts';
import {isTemporary, temporaryIn} from './temporary.ts';

/** Makes `dir` an OCI layout if it is none yet; false, and nothing done, if it has other things in it. Any number of processes may do so at once. */
export function beginLayout(dir: string): boolean {
	mkdirSync(dir, {recursive: true});
	if (!existsSync(join(dir, 'oci-layout'))) {
		if (!readdirSync(dir).every(isOfLayout)) return false;
		replaceWhole(join(dir, 'oci-layout'), layoutVersion);
	}
	mkdirSync(join(dir, 'blobs/sha256'), {recursive: true});
	return true;
}

/** What others that begin at the same moment may have made, or one that was killed. */
function isOfLayout(name: string): boolean {
	return ['blobs', 'oci-layout', '.lock', '.content.lock'].includes(name) || isTemporary(name);
}

/** For who changes the index of a layout, from any store: one after the other. The lock lies in the layout, and goes with its holder. */
export function lockLayout(dir: string, signal?: AbortSignal): Promise<AsyncDisposable> {
	return lockFile(join(dir, '.lock'), signal ? {signal} : {});
}

/** For who writes what depends on what a layout has. It is taken before that of the index. */
export function lockContent(dir: string, signal: AbortSignal): Promise<AsyncDisposable> {
	return lockFile(join(dir, '.content.lock'), {signal});
}

export function indexOf(dir: string): Index {
	const path = join(dir, 'index.json');
	return existsSync(path) ? readIndex(path) : emptyIndex;
}

/** The lock is the caller's. */
export function replaceIndex(dir: string, index: Index): void {
	replaceWhole(join(dir, 'index.json'), index);
}

function replaceWhole(path: string, value: unknown): void {
	replaceFile(JSON.stringify(value), {temporary: temporaryIn(dirname(path)), path, mode: 0o644});
}
