import {accessSync, constants, existsSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, resolve} from 'node:path';
import type {CatalogOptions, Diagnosis, Finding} from '../catalog/catalog.ts';
import {MachineError} from '../errors.ts';
import {defaultRoot} from '../store/root.ts';
import {type Examination, examine} from '../worker/examine.ts';
import {cgroups} from './cgroups.ts';
import {idRanges} from './id-ranges.ts';
import {overlay} from './overlay.ts';
import {registry} from './registry.ts';
import {runtime} from './runtime.ts';
import {summaryOf} from './summary.ts';
import {allowed, forbidden} from './user-namespaces.ts';

/**
 * Whether this machine can build, tried rather than guessed: what is found of each thing that a build needs, what follows
 * and what to type. Leaves nothing behind, and makes no store. Rejects only for what is a bug.
 */
export async function diagnose({root = defaultRoot()}: CatalogOptions = {}): Promise<Diagnosis> {
	const [machine, answered] = await Promise.all([examineMachine(existingFolder(root)), registry()]);
	const findings = [...machine, cgroups(), answered];
	const canRun = findings.every(({topic, state}) => state !== 'failure' || topic === 'overlay');
	return {findings, canRun, summary: summaryOf(findings)};
}

async function examineMachine(folder: string): Promise<readonly Finding[]> {
	try {
		return inNamespace(await examine(folder));
	} catch (error) {
		if (error instanceof MachineError) return [forbidden(error)];
		throw error;
	}
}

function inNamespace({map, overlay: refusal, runtimes}: Examination): readonly Finding[] {
	return [allowed(), idRanges(map), overlay(refusal?.code), runtime(runtimes)];
}

/** The store's folder, or the nearest one above that is there: what is tried is tried on its filesystem, if we may write there. */
function existingFolder(root: string): string {
	const path = resolve(root);
	if (!existsSync(path)) return existingFolder(dirname(path));
	return isWritable(path) ? path : tmpdir();
}

function isWritable(folder: string): boolean {
	try {
		accessSync(folder, constants.W_OK);
		return true;
	} catch {
		return false;
	}
}
