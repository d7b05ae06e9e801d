import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {imageOf} from './image.mjs';
import {capture} from './processes.mjs';

/** Buildah with a storage of its own. */
export async function openBuildah() {
	const folder = mkdtempSync(join(tmpdir(), 'strata-buildah-'));
	const storage = ['--root', join(folder, 'root'), '--runroot', join(folder, 'run'), '--storage-driver', 'vfs'];
	let count = 0;
	return {
		async build(reference, site) {
			const name = `localhost/reference-${++count}`;
			const layout = join(site.folder, `buildah-${count}`);
			const flags = [
				'--isolation',
				'oci',
				'--runtime',
				'runc',
				'--network',
				'host',
				'--tls-verify=false',
				'--format',
				'docker',
			];
			const tags = [name, ...reference.names].flatMap(tag => ['-t', tag]);
			const contexts = reference.bases.flatMap(([base, source]) => ['--build-context', `${base}=${source}`]);
			const built = await capture('buildah', [
				...storage,
				'build',
				...flags,
				...contexts,
				...reference.args,
				...tags,
				reference.folder,
			]);
			if (built.status !== 0) return {text: built.text};
			const pushed = await capture('buildah', [...storage, 'push', '--format', 'oci', name, `oci:${layout}:it`]);
			return pushed.status === 0 ? {image: imageOf(layout, 'it')} : {text: pushed.text};
		},
		close: async () => rmSync(folder, {recursive: true, force: true}),
	};
}
