import {execFile} from 'node:child_process';
import {statSync} from 'node:fs';
import {promisify} from 'node:util';
import {digestOf, hexOf} from '../oci/digest.ts';
import {findProgram} from '../programs.ts';
import type {Store} from '../store/store.ts';

/** Straight from the store's layout, or only after a `load`. */
export type PodmanWay = 'layout' | 'load';

/**
 * How podman can run an image of the store. Before 4.7 it names an image for the folder it comes from
 * (https://github.com/containers/common/pull/1630), and a folder such as ~/.local cannot be a name. undefined where there is no
 * podman. It is asked for its version once for each version.
 */
export async function podmanWay(store: Store, path = process.env.PATH): Promise<PodmanWay | undefined> {
	const program = findProgram('podman', path);
	if (program === undefined) return undefined;
	return isNameable(store.root) || (await namesByTag(program, store)) ? 'layout' : 'load';
}

/** The grammar of a repository: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests */
function isNameable(root: string): boolean {
	return root
		.slice(1)
		.split('/')
		.every(part => /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*$/.test(part));
}

async function namesByTag(program: string, store: Store): Promise<boolean> {
	const {mtimeMs, size} = statSync(program);
	const answers = store.records<{readonly namesByTag: boolean}>('tools');
	const key = `podman-${hexOf(digestOf(`${program} ${mtimeMs} ${size}`))}`;
	const known = answers.get(key);
	if (known) return known.namesByTag;
	const answer = {namesByTag: isAtLeast(await versionOf(program), [4, 7])};
	answers.put(key, answer);
	return answer.namesByTag;
}

/** `podman version 4.3.1`; nothing of a program that does not say. */
async function versionOf(program: string): Promise<readonly number[]> {
	const {stdout} = await promisify(execFile)(program, ['--version']).catch(() => ({stdout: ''}));
	return /(\d+)\.(\d+)/.exec(stdout)?.slice(1).map(Number) ?? [];
}

function isAtLeast(
	[major = 0, minor = 0]: readonly number[],
	[wantedMajor, wantedMinor]: readonly [number, number],
): boolean {
	return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
