import {type DiffID, type Digest, hexOf} from '../oci/digest.ts';
import type {History} from '../oci/image.ts';
import type {Store} from '../store/store.ts';
import type {ReadImage} from './stored.ts';

/** `provenance` records, by the hex of a manifest's digest, written by the build: what the manifest itself does not say. */
export interface ProvenanceRecord {
	readonly base?: {readonly name: string; readonly digest: Digest};
	/** The steps that made the uppermost layers, the lowest first. */
	readonly steps: readonly {readonly diffID: DiffID; readonly number: string; readonly text: string}[];
}

export const provenanceKind = 'provenance';

/** An entry of an image's history, and where it comes from. */
export interface Origin {
	readonly history: History;
	/** The place in `rootfs.diff_ids` of the layer that it made. */
	readonly layer?: number;
	/** `base`; the number of its step; undefined where nobody knows. */
	readonly step?: string;
	readonly instruction: string;
}

/** What is known of who made an image; undefined for one that strata did not build. */
export function provenanceOf({descriptor, config}: ReadImage, store: Store): ProvenanceRecord | undefined {
	const record = store.records<ProvenanceRecord>(provenanceKind).get(hexOf(descriptor.digest));
	const {diff_ids: diffIDs} = config.rootfs;
	const ours = diffIDs.slice(diffIDs.length - (record?.steps.length ?? 0));
	return record?.steps.every(({diffID}, at) => diffID === ours[at]) ? record : undefined;
}

/** The entries of the history, the oldest first, each with its layer and its step. */
export function originsOf({config}: ReadImage, provenance: ProvenanceRecord | undefined): readonly Origin[] {
	const entries = withLayers(config.history ?? []);
	if (!provenance) return entries.map(entry => ({...entry, instruction: instructionOf(entry.history)}));
	const firstLayer = config.rootfs.diff_ids.length - provenance.steps.length;
	const firstEntry = ownEntries(entries, firstLayer, provenance);
	return entries.map((entry, at) => {
		const instruction = instructionOf(entry.history);
		if (at < firstEntry) return {...entry, step: 'base', instruction};
		const made = entry.layer === undefined ? undefined : provenance.steps[entry.layer - firstLayer];
		// FROM is step 1 and leaves no entry; each later step leaves one
		return {...entry, step: made?.number ?? `${at - firstEntry + 2}`, instruction: made?.text ?? instruction};
	});
}

type Entry = Pick<Origin, 'history' | 'layer'>;

function withLayers(history: readonly History[]): readonly Entry[] {
	let layers = 0;
	return history.map(entry => (entry.empty_layer ? {history: entry} : {history: entry, layer: layers++}));
}

/** Where the entries of our own steps begin. The number of the first that made a layer tells how many came before it. */
function ownEntries(entries: readonly Entry[], firstLayer: number, {base, steps}: ProvenanceRecord): number {
	if (!base) return 0;
	const first = entries.findIndex(({layer}) => layer === firstLayer);
	const number = Number(steps[0]?.number);
	if (first >= 0 && number >= 2) return first - (number - 2);
	const buildkit = entries.findLastIndex(({layer}) => layer !== undefined && layer < firstLayer);
	return buildkit + 1;
}

/** `created_by` as the Dockerfile had it: without the shell, the build args and the marks that docker and buildkit put round it. */
export function instructionOf({created_by: createdBy = ''}: History): string {
	const text = createdBy.replace(/\s*# buildkit$/, '').trim();
	const nop = /^(?:RUN )?(?:\|\d+ .*?)?\/bin\/sh -c #\(nop\)\s+(.*)$/s.exec(text)?.[1];
	if (nop !== undefined) return nop;
	const run = /^(?:RUN )?(?:\|\d+ .*?)?\/bin\/sh -c (.*)$/s.exec(text)?.[1];
	return run === undefined ? text : `RUN ${run}`;
}
