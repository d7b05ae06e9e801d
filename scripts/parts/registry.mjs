import {spawn} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';

/**
 * Starts Debian's docker-registry on a free port of loopback, its files in `storage`, and answers once it does. It outlives us.
 * `htpasswd`: who may log in, a line each; default: nobody need.
 */
export async function startRegistry(storage, {readOnly = false, htpasswd} = {}) {
	mkdirSync(storage, {recursive: true});
	const host = `127.0.0.1:${await freePort()}`;
	const folder = mkdtempSync(join(tmpdir(), 'strata-registry-'));
	try {
		const logins = join(resolve(storage), 'htpasswd');
		if (htpasswd) writeFileSync(logins, htpasswd);
		const auth = htpasswd && {htpasswd: {realm: 'registry', path: logins}};
		writeFileSync(join(folder, 'config.yml'), configuration(host, {storage: resolve(storage), readOnly, auth}));
		const registry = spawn('docker-registry', ['serve', join(folder, 'config.yml')], {detached: true, stdio: 'ignore'});
		registry.unref();
		await answers(host, registry);
		return {host, pid: registry.pid};
	} finally {
		rmSync(folder, {recursive: true});
	}
}

export function stopRegistry(pid) {
	process.kill(pid);
}

function configuration(host, {storage, readOnly, auth}) {
	return JSON.stringify({
		version: '0.1',
		log: {level: 'error', accesslog: {disabled: true}},
		storage: {
			filesystem: {rootdirectory: storage},
			delete: {enabled: true},
			maintenance: {readonly: {enabled: readOnly}},
		},
		http: {addr: host},
		...(auth ? {auth} : {}),
	});
}

function freePort() {
	return new Promise((resolve, reject) => {
		const server = createServer().on('error', reject);
		server.listen(0, '127.0.0.1', () => {
			const {port} = server.address();
			server.close(() => resolve(port));
		});
	});
}

async function answers(host, registry) {
	let spawnError;
	registry.on('error', error => {
		spawnError = error;
	});
	for (;;) {
		if (spawnError) throw spawnError;
		if (registry.exitCode !== null) throw new Error(`docker-registry ended with ${registry.exitCode}`);
		const response = await fetch(`http://${host}/v2/`).catch(() => undefined);
		if (response?.ok || response?.status === 401) return;
		await sleep(50);
	}
}
