import {spawn} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {standIn} from './bases.mjs';
import {capture} from './processes.mjs';

/** Docker's classic builder, or the BuildKit that is part of it, in an engine of its own. The command must be as old as the engine. */
export async function openDocker(registry, {buildkit}) {
	const folder = mkdtempSync(join(tmpdir(), 'strata-docker-'));
	const env = {...process.env, DOCKER_BUILDKIT: buildkit ? '1' : '0', DOCKER_HOST: `unix://${folder}/docker.sock`};
	const docker = (...args) => capture('/usr/bin/docker', args, {env});
	const engine = startEngine(folder);
	while ((await docker('info')).status !== 0) await sleep(200);
	const pulled = new Map();
	const base = name => {
		const fixture = `${registry}/${standIn(name)}`;
		if (!pulled.has(fixture)) pulled.set(fixture, docker('pull', '-q', fixture));
		return pulled.get(fixture).then(() => docker('tag', fixture, name));
	};
	let count = 0;
	return {
		async build({args, folder: context, bases, names}, site) {
			const name = `reference-${++count}`;
			for (const [one] of bases) if (!one.includes('@')) await base(one);
			const tags = [name, ...names].flatMap(tag => ['-t', tag]);
			const built = await docker('build', '--network', 'host', ...args, ...tags, context);
			if (built.status !== 0) return {text: built.text};
			return {image: await saved(docker, name, join(site.folder, name))};
		},
		close: async () => {
			if (engine.exitCode !== null || engine.signalCode !== null)
				console.error(`dockerd ended by itself: ${engine.exitCode ?? engine.signalCode}`);
			else await ended(engine);
			rmSync(folder, {recursive: true, force: true});
		},
	};
}

function startEngine(folder) {
	const roots = [
		'--data-root',
		join(folder, 'data'),
		'--exec-root',
		join(folder, 'exec'),
		'--pidfile',
		join(folder, 'pid'),
	];
	return spawn('dockerd', ['--iptables=false', '--bridge=none', ...roots, '-H', `unix://${folder}/docker.sock`], {
		stdio: 'ignore',
	});
}

function ended(engine) {
	engine.kill();
	return new Promise(resolve => engine.on('close', resolve));
}

/** What `docker save` says of an image: its config, and its layers by path. */
async function saved(docker, name, folder) {
	mkdirSync(folder);
	if ((await docker('save', '-o', join(folder, 'image.tar'), name)).status !== 0) return undefined;
	await capture('tar', ['-xf', join(folder, 'image.tar'), '-C', folder]);
	const read = path => JSON.parse(readFileSync(join(folder, path), 'utf8'));
	const [{Config, Layers}] = read('manifest.json');
	return {config: read(Config), layers: Layers.map(path => join(folder, path))};
}
