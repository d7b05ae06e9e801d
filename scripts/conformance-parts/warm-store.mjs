import {execFileSync} from 'node:child_process';
import {cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

/** What may be common to stores, as it is named for its content: not what images there are, nor the cache of steps. */
const shared = ['blobs', 'layers', 'tocs', 'places', 'snapshots', 'runtime'];

/**
 * A store that has the fixtures, unpacked, so that not every case has to fetch and unpack them again: `openTo` makes a new,
 * empty store whose blobs and snapshots are those of all.
 */
export function warmStore({strata, registry}) {
	const folder = mkdtempSync(join(tmpdir(), 'strata-conformance-store-'));
	const store = join(folder, 'store');
	const run = words => execFileSync(process.execPath, [strata, '--root', store, ...words], {stdio: 'ignore'});
	for (const name of ['busybox', 'alpine', 'debian']) {
		writeFileSync(join(folder, 'Dockerfile'), `FROM ${registry}/${name}\nRUN true\n`);
		run(['build', folder]);
	}
	return {
		openTo(root) {
			mkdirSync(root);
			for (const name of ['format', 'oci-layout']) cpSync(join(store, name), join(root, name));
			writeFileSync(join(root, 'index.json'), '{"schemaVersion":2,"manifests":[]}');
			for (const name of shared) symlinkSync(join(store, name), join(root, name));
		},
		remove() {
			run(['prune', '-a', '-y']);
			rmSync(folder, {recursive: true});
		},
	};
}
