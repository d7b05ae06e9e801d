import {spawn} from 'node:child_process';
import {lchownSync, mkdirSync, mkdtempSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {treeOf} from './image.mjs';
import {capture} from './processes.mjs';
import {writeTree} from './trees.mjs';

/** Runs an image by runc, as `docker run` does: its entrypoint and command, or `words` in place of the command. */
export async function runImage(image, words, site) {
	const {args, state} = await bundleOf(image, words, site);
	const ended = await capture('runc', [...state, 'run', ...args]);
	return {...ended, failed: ended.status !== 0};
}

/** Starts an image by runc, as `docker run -d` does; what runs then ends with the case. */
export async function startImage(image, words, site) {
	const {args, state, id} = await bundleOf(image, words, site);
	const running = spawn('runc', [...state, 'run', ...args], {stdio: 'ignore'});
	const ended = new Promise(resolve => running.on('error', resolve).on('exit', resolve));
	site.closers.push(async () => {
		// what is still being started cannot be deleted
		while (running.exitCode === null && (await capture('runc', [...state, 'state', id])).status !== 0) await pause(50);
		await capture('runc', [...state, 'delete', '-f', id]);
		await ended;
	});
	return {};
}

async function bundleOf(image, words, site) {
	const bundle = mkdtempSync(join(site.folder, 'bundle-'));
	const rootfs = join(bundle, 'rootfs');
	mkdirSync(rootfs);
	const tree = await treeOf(image);
	writeTree(tree, rootfs);
	if (isRoot()) for (const [path, {uid, gid}] of tree) lchownSync(join(rootfs, path), uid, gid);
	writeFileSync(join(bundle, 'config.json'), JSON.stringify(configOf(image.config, {words, tree})));
	const id = `strata-conformance-${process.pid}-${Date.now()}-${site.builds.size}`;
	return {id, state: ['--root', join(bundle, 'state')], args: ['-b', bundle, id]};
}

/** https://github.com/opencontainers/runtime-spec/blob/main/config.md */
function configOf({config}, {words, tree}) {
	const {Entrypoint, Cmd, Env, WorkingDir} = config;
	return {
		ociVersion: '1.0.2',
		process: {
			args: [...(Entrypoint ?? []), ...(words.length > 0 ? words : (Cmd ?? []))],
			env: Env,
			cwd: WorkingDir || '/',
			user: userOf(config.User ?? '', tree),
		},
		root: {path: 'rootfs'},
		mounts: [
			{destination: '/proc', type: 'proc', source: 'proc'},
			{destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755']},
		],
		linux: isRoot() ? {namespaces: namespaces()} : {...mappedToUs(), namespaces: [...namespaces(), {type: 'user'}]},
	};
}

function namespaces() {
	return ['pid', 'ipc', 'uts', 'mount'].map(type => ({type}));
}

function mappedToUs() {
	const map = hostID => [{containerID: 0, hostID, size: 1}];
	return {uidMappings: map(process.getuid()), gidMappings: map(process.getgid())};
}

function userOf(name, tree) {
	const lines = String(tree.get('etc/passwd')?.data ?? '').split('\n');
	const [, , uid = name || 0, gid = 0] = lines.find(line => line.startsWith(`${name}:`))?.split(':') ?? [];
	return {uid: Number(uid), gid: Number(gid)};
}

function isRoot() {
	return process.getuid() === 0;
}
