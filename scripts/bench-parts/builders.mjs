import {join} from 'node:path';
import {base} from './scenarios.mjs';

/** How an image is built with strata: one command that leaves it in the OCI layout HOME/out, besides the store. */
export function strata(command, registry) {
	return {
		name: 'strata',
		commands: (home, context) => [
			[
				command,
				'build',
				'--root',
				join(home, 'store'),
				'-q',
				'-t',
				'bench',
				'-o',
				join(home, 'out'),
				...source(registry),
				context,
			],
		],
	};
}

/** With buildah: a build, and a push to the same kind of layout. */
export function buildah(registry) {
	return {
		name: 'buildah',
		commands(home, context) {
			const storage = [
				'--root',
				join(home, 'storage'),
				'--runroot',
				join(home, 'run/storage'),
				'--storage-driver',
				'overlay',
			];
			const run = ['--tls-verify=false', '--runtime', 'runc', '--network', 'host', '--isolation', 'oci'];
			return [
				['buildah', ...storage, 'build', '-q', '--layers', ...run, '-t', 'bench', ...source(registry), context],
				['buildah', ...storage, 'push', '-q', 'bench', `oci:${join(home, 'out')}:bench`],
			];
		},
	};
}

function source(registry) {
	return ['--build-context', `${base}=docker-image://${registry}/${base}`];
}
