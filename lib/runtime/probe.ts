import {createHash} from 'node:crypto';
import {existsSync, lstatSync, mkdirSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {release} from 'node:os';
import {delimiter, join} from 'node:path';
import {MachineError} from '../errors.ts';
import type {Store} from '../store/store.ts';
import {bundleConfig} from './bundle.ts';
import {crun} from './crun.ts';
import type {RunJob} from './job.ts';
import {bundleFiles} from './mounts.ts';
import {runc} from './runc.ts';
import type {Runtime} from './runtime.ts';

export interface ProbeOptions {
	readonly store: Pick<Store, 'records'>;
	/** A folder for the probe, and for what the runtime notes about containers. */
	readonly scratch: string;
	readonly singleID: boolean;
	/** `--runtime`: a name or a path; only this one is tried. */
	readonly wanted?: string;
}

/** `runtime` record: a runtime that ran a container here. */
interface RuntimeRecord {
	readonly path: string;
	readonly version: string;
}

/**
 * The first runtime that runs a probe container; call it inside the namespace. What worked is remembered until the
 * runtime or the kernel changes. Rejects with a `MachineError` if none does.
 */
export async function probeRuntime(options: ProbeOptions): Promise<Runtime> {
	const refusals: string[] = [];
	for (const name of options.wanted ? [options.wanted] : ['crun', 'runc']) {
		const path = findRuntime(name);
		if (path === undefined) continue;
		const found = await tryRuntime(path, options).catch((error: unknown) => error as Error);
		if (!(found instanceof Error)) return found;
		refusals.push(
			`${path} does not work here: ${[found.message, ...((found as MachineError).notes ?? [])].join(', ')}`,
		);
	}
	throw noRuntime(options.wanted, refusals);
}

async function tryRuntime(path: string, options: ProbeOptions): Promise<Runtime> {
	const {name, version} = await identify(path);
	const runtime = (name === 'crun' ? crun : runc)({path, version, state: join(options.scratch, 'runtime')});
	const records = options.store.records<RuntimeRecord>('runtime');
	const key = fingerprint(path, version, options.singleID);
	if (records.get(key) !== undefined) return runtime;
	await runProbe(runtime, options);
	records.put(key, {path, version});
	return runtime;
}

/** Who a runtime says it is. What is neither crun nor runc is called as runc, whose command line others copy. */
async function identify(path: string): Promise<{name: 'crun' | 'runc'; version: string}> {
	const {execa} = await import('execa');
	const {stdout} = await execa(path, ['--version'], {stdin: 'ignore'});
	const [, name = 'runc', version = 'unknown'] = /^(\S+) version (\S+)/m.exec(stdout) ?? [];
	return {name: name === 'crun' ? 'crun' : 'runc', version};
}

/** Changes with the binary, the kernel, and what the namespace can do. */
function fingerprint(path: string, version: string, singleID: boolean): string {
	const {size, mtimeMs} = statSync(path);
	const facts = [path, version, size, mtimeMs, release(), process.arch, singleID];
	return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 32);
}

/** Runs `sh` of this machine on a root filesystem of this machine's folders: the same bundle as for a RUN. */
async function runProbe(runtime: Runtime, {scratch, singleID}: ProbeOptions): Promise<void> {
	const bundle = join(scratch, `probe-${runtime.name}`);
	const rootfs = join(bundle, 'rootfs');
	mkdirSync(rootfs, {recursive: true});
	try {
		const job = probeJob(hostFolders(rootfs));
		for (const {path, data} of bundleFiles(job, {resolvConf: ''})) writeFileSync(join(bundle, path), data);
		const root = {uid: 0, gid: 0, groups: [], home: '/'};
		writeFileSync(join(bundle, 'config.json'), JSON.stringify(bundleConfig(job, root, rootfs, {singleID})));
		const {status} = await runtime.run(bundle, job.id, {onOutput: async () => {}});
		if (status !== 0) throw new MachineError('RUNTIME_FAILED', `its probe container ended with ${status}`);
	} finally {
		rmSync(bundle, {recursive: true, force: true});
	}
}

/** The folders that programs of this machine need, as mounts; links among them are made in `rootfs`. */
function hostFolders(rootfs: string): RunJob['mounts'] {
	const folders = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/usr', '/nix', '/gnu'].filter(path =>
		existsSync(path),
	);
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

/** A path as it is, a name by PATH. */
function findRuntime(name: string): string | undefined {
	const folders = name.includes('/') ? [''] : (process.env.PATH ?? '').split(delimiter);
	return folders.map(folder => (folder ? join(folder, name) : name)).find(path => existsSync(path));
}

/** The error of UX.md section 3. The place in the Dockerfile is the build's to add. */
function noRuntime(wanted: string | undefined, refusals: readonly string[]): MachineError {
	const looked = wanted ? `looked for ${wanted}` : 'looked for crun and runc in PATH';
	return new MachineError('NO_RUNTIME', 'no OCI runtime found for RUN', {
		notes: [`${looked}; a Dockerfile without RUN needs none`, ...refusals],
		help: ['on Debian and Ubuntu: apt install crun', 'or name one: --runtime PATH'],
	});
}
