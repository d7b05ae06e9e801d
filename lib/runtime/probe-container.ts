import {existsSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {MachineError} from '../errors.ts';
import {lockedFlags} from '../linux/locked-flags.ts';
import {bundleConfig, configText} from './bundle.ts';
import type {RunJob} from './job.ts';
import {bundleFiles} from './mounts.ts';
import type {Runtime} from './runtime.ts';

export interface ProbePlace {
	/** A folder for the probe, and for what the runtime notes about containers. */
	readonly scratch: string;
	readonly singleID: boolean;
}

/**
 * Runs `sh` of this machine on a root filesystem of this machine's folders, in the same bundle as for a RUN. Rejects
 * with a `MachineError` if it does not come to its end.
 */
export async function runProbe(runtime: Runtime, {scratch, singleID}: ProbePlace): Promise<void> {
	const bundle = join(scratch, `probe-${runtime.name}`);
	const rootfs = join(bundle, 'rootfs');
	mkdirSync(rootfs, {recursive: true});
	try {
		const job = probeJob(hostFolders(rootfs));
		for (const {path, data} of bundleFiles(job, {resolvConf: ''})) writeFileSync(join(bundle, path), data);
		const root = {uid: 0, gid: 0, groups: [], home: '/'};
		const locked = (source: string) => lockedFlags(resolve(bundle, source));
		const config = bundleConfig(job, root, rootfs, {singleID, locked});
		writeFileSync(join(bundle, 'config.json'), configText(config));
		const {status} = await runtime.run(bundle, job.id, {onOutput: async () => {}});
		if (status !== 0) throw new MachineError('RUNTIME_FAILED', `its probe container ended with ${status}`);
	} finally {
		rmSync(bundle, {recursive: true, force: true});
	}
}

/** The folders that programs of this machine need, as mounts; links among them are made in `rootfs`. */
function hostFolders(rootfs: string): RunJob['mounts'] {
	const candidates = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/usr', '/nix', '/gnu'];
	const folders = candidates.filter(path => existsSync(path));
	const isLink = (path: string) => lstatSync(path).isSymbolicLink();
	for (const link of folders.filter(isLink)) symlinkSync(readlinkSync(link), join(rootfs, link));
	return folders
		.filter(path => !isLink(path))
		.map(path => ({type: 'bind', source: path, target: path, readOnly: false}));
}

function probeJob(mounts: RunJob['mounts']): RunJob {
	return {
		id: `strata-probe-${process.pid}-${Date.now()}`,
		argv: ['/bin/sh', '-c', 'exit 0'],
		env: ['PATH=/usr/sbin:/usr/bin:/sbin:/bin'],
		cwd: '/',
		user: '',
		hostname: 'buildkitsandbox',
		network: 'default',
		security: 'sandbox',
		hosts: [],
		files: [],
		mounts,
	};
}
