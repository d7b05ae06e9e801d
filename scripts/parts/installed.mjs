import {execFileSync} from 'node:child_process';
import {join} from 'node:path';

/** Installs what `scripts/build` made as npm would, below a folder, readable by every user. Answers the path of the command. */
export function install(prefix) {
	const options = ['--loglevel=error', '--no-audit', '--no-fund'];
	const pack = ['pack', '--ignore-scripts', '--pack-destination', prefix, ...options];
	const tarball = execFileSync('npm', pack, {encoding: 'utf8'}).trim();
	execFileSync('npm', ['install', '--global', '--prefix', prefix, ...options, join(prefix, tarball)], {
		stdio: ['ignore', 'ignore', 'inherit'],
	});
	execFileSync('chmod', ['-R', 'a+rX', prefix]);
	return join(prefix, 'bin/strata');
}

/** Starts the registry of base images. Who calls it ends it; a signal that ends us ends it too. */
export function serveFixtures() {
	const lines = execFileSync('scripts/fixtures', ['serve'], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit']});
	const value = name => new RegExp(`^${name}=(.*)$`, 'm').exec(lines)[1];
	const pid = Number(value('STRATA_TEST_REGISTRY_PID'));
	const registry = {host: value('STRATA_TEST_REGISTRY'), pid, end: () => end(pid)};
	for (const [signal, status] of Object.entries({SIGINT: 130, SIGTERM: 143, SIGHUP: 129})) {
		process.once(signal, () => {
			registry.end();
			process.exit(status);
		});
	}
	return registry;
}

/** What was counted must not be lost because the registry ended before. */
function end(pid) {
	try {
		process.kill(pid);
	} catch (error) {
		console.error(`error: the registry of base images ended before it was ended: ${error.code}`);
	}
}
