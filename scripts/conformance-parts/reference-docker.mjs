import {spawn} from 'node:child_process';
import {cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {standIn} from './bases.mjs';
import {capture} from './processes.mjs';

/** Docker's classic builder, or the BuildKit that is part of it, in an engine of its own. The command must be as old as the engine. */
export async function openDocker(registry, {buildkit}) {
	let engine = await startEngine({registry, buildkit});
	let count = 0;
	return {
		/** An engine may not survive what it is asked to build: the next case gets another one. */
		async build({args, folder: context, bases, names}, site) {
			if (!engine.isAlive()) {
				console.error(`dockerd ended at the case before ${site.id}`);
				await engine.close();
				engine = await startEngine({registry, buildkit});
			}
			const name = `${buildkit ? 'buildkit' : 'classic'}-${++count}`;
			for (const [base] of bases) await engine.base(base.replace(/@.*/, ''));
			const tags = [name, ...names].flatMap(tag => ['-t', tag]);
			const file = ownDockerfile({args, context}, site);
			const built = await engine.docker('build', '--network', 'host', ...args, ...file, ...tags, context);
			if (built.status !== 0) return {text: built.text};
			return (await saved(engine.docker, name, join(site.folder, name))) ?? {text: 'has no layer that could be saved'};
		},
		close: () => engine.close(),
	};
}

/**
 * `-f` and a Dockerfile that can be built without docker.io: it asks for no frontend but the engine's own, and for no base
 * by a digest, which a stand-in does not have.
 */
function ownDockerfile({args, context}, site) {
	const path = args.includes('-f') ? args[args.indexOf('-f') + 1] : join(context, 'Dockerfile');
	const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
	const own = text.replace(/^#\s*syntax=.*/, '#').replaceAll(/@sha256:[\da-f]{64}/g, '');
	if (own === text) return [];
	const folder = mkdtempSync(join(site.folder, 'own-dockerfile-'));
	writeFileSync(join(folder, basename(path)), own);
	if (existsSync(`${path}.dockerignore`))
		cpSync(`${path}.dockerignore`, join(folder, `${basename(path)}.dockerignore`));
	return ['-f', join(folder, basename(path))];
}

async function startEngine({registry, buildkit}) {
	const folder = mkdtempSync(join(tmpdir(), 'strata-docker-'));
	const env = {...process.env, DOCKER_BUILDKIT: buildkit ? '1' : '0', DOCKER_HOST: `unix://${folder}/docker.sock`};
	const docker = (...args) => capture('/usr/bin/docker', args, {env});
	const roots = [
		'--data-root',
		join(folder, 'data'),
		'--exec-root',
		join(folder, 'exec'),
		'--pidfile',
		join(folder, 'pid'),
	];
	const daemon = spawn(
		'dockerd',
		['--iptables=false', '--bridge=none', ...roots, '-H', `unix://${folder}/docker.sock`],
		{
			stdio: 'ignore',
			detached: true,
		},
	);
	const ended = new Promise(resolve => daemon.on('close', resolve));
	const isAlive = () => daemon.exitCode === null && daemon.signalCode === null;
	while (isAlive() && (await docker('info')).status !== 0) await sleep(200);
	const pulled = new Map();
	return {
		docker,
		isAlive,
		/** Gives a fixture the name of the base that it stands for. */
		async base(name) {
			const fixture = `${registry}/${standIn(name)}`;
			if (!pulled.has(fixture)) pulled.set(fixture, docker('pull', '-q', fixture));
			await pulled.get(fixture);
			await docker('tag', fixture, name);
		},
		async close() {
			daemon.kill();
			await ended;
			for (const mount of ['data', 'exec/netns/default']) await capture('umount', ['-l', join(folder, mount)]);
			rmSync(folder, {recursive: true, force: true});
		},
	};
}

/** What `docker save` says of an image: its config, and its layers by path. Undefined for an image without layers. */
async function saved(docker, name, folder) {
	mkdirSync(folder);
	if ((await docker('save', '-o', join(folder, 'image.tar'), name)).status !== 0) return undefined;
	await capture('tar', ['-xf', join(folder, 'image.tar'), '-C', folder]);
	const read = path => JSON.parse(readFileSync(join(folder, path), 'utf8'));
	const [{Config, Layers}] = read('manifest.json');
	return {image: {config: read(Config), layers: Layers.map(path => join(folder, path))}};
}
