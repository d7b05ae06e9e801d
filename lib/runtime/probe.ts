import {createHash} from 'node:crypto';
import {statSync} from 'node:fs';
import {release} from 'node:os';
import {join} from 'node:path';
import {MachineError, StrataError} from '../errors.ts';
import {findRuntime, openRuntime} from './find.ts';
import {type ProbePlace, runProbe} from './probe-container.ts';
import type {Runtime} from './runtime.ts';

export interface ProbeOptions extends ProbePlace {
	readonly proven: Proven;
	/** `--runtime`: a name or a path; only this one is tried. */
	readonly wanted?: string;
}

/** What is remembered of runtimes that ran a container here: a key that changes with all that it depends on. */
export interface Proven {
	has(key: string): boolean;
	add(key: string, runtime: Pick<Runtime, 'path' | 'version'>): void;
}

/** In the order they are tried. crun needs no Go runtime to start: half the memory, and less of our time on most machines. */
const known = ['crun', 'runc'] as const;

/**
 * The first runtime that runs a probe container; call it inside the namespace. What worked is remembered until the
 * runtime or the kernel changes. Rejects with a `MachineError` if none does.
 */
export async function probeRuntime(options: ProbeOptions): Promise<Runtime> {
	const refusals: string[] = [];
	for (const name of options.wanted ? [options.wanted] : known) {
		const path = findRuntime(name);
		if (path === undefined) continue;
		try {
			return await provenRuntime(path, options);
		} catch (error) {
			refusals.push(`${path} does not work here: ${reasonOf(error)}`);
		}
	}
	throw noRuntime(options.wanted, refusals);
}

async function provenRuntime(path: string, options: ProbeOptions): Promise<Runtime> {
	const runtime = await openRuntime(path, join(options.scratch, 'runtime'));
	const key = fingerprint(runtime, options.singleID);
	if (options.proven.has(key)) return runtime;
	await runProbe(runtime, options);
	options.proven.add(key, runtime);
	return runtime;
}

/** Changes with the binary, the kernel, and what the namespace can do. */
function fingerprint({path, version}: Runtime, singleID: boolean): string {
	const {size, mtimeMs} = statSync(path);
	const facts = [path, version, size, mtimeMs, release(), process.arch, singleID];
	return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 32);
}

/** A runtime of this machine, and what it has against running a container here, if anything. */
export interface Candidate {
	readonly name: string;
	readonly version: string;
	readonly refusal?: string;
}

/** Tries each runtime in PATH, whatever is remembered. */
export async function tryRuntimes(place: ProbePlace): Promise<readonly Candidate[]> {
	const found: Candidate[] = [];
	for (const name of known) {
		const path = findRuntime(name);
		if (path !== undefined) found.push(await tryRuntime(name, path, place));
	}
	return found;
}

async function tryRuntime(name: string, path: string, place: ProbePlace): Promise<Candidate> {
	let version = '';
	try {
		const runtime = await openRuntime(path, join(place.scratch, 'runtime'));
		version = runtime.version;
		await runProbe(runtime, place);
		return {name, version};
	} catch (error) {
		return {name, version, refusal: reasonOf(error)};
	}
}

/** What the runtime said, if it said something. */
function reasonOf(error: unknown): string {
	const reason = error instanceof Error ? error.message : String(error);
	return error instanceof StrataError && error.notes.length > 0 ? error.notes.join(', ') : reason;
}

/** The error of UX.md section 3. The place in the Dockerfile is the build's to add. */
function noRuntime(wanted: string | undefined, refusals: readonly string[]): MachineError {
	const looked = wanted ? `looked for ${wanted}` : 'looked for crun and runc in PATH';
	return new MachineError('NO_RUNTIME', 'no OCI runtime found for RUN', {
		notes: [`${looked}; a Dockerfile without RUN needs none`, ...refusals],
		help: ['on Debian and Ubuntu: apt install crun', 'or name one: --runtime PATH'],
	});
}
