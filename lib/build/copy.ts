import {rmSync} from 'node:fs';
import {readArchive} from '../layer/read-archive.ts';
import type {CopyStep, WorkdirStep} from '../plan/plan.ts';
import {isRemote} from '../plan/steps/remote.ts';
import {directoryEntries} from '../tree/directory.ts';
import {emptyTree} from '../tree/merge.ts';
import {type Placement, placeEntries} from '../tree/place.ts';
import type {Selection, Source} from '../tree/selection.ts';
import type {Tree} from '../tree/tree.ts';
import {type FormerLayer, formerLayer} from './block-records.ts';
import type {Builder} from './builder.ts';
import type {Chosen} from './choose-files.ts';
import {chooseSources} from './choose-sources.ts';
import {openCopySource} from './copy-source.ts';
import {noFiles} from './files.ts';
import {finishLayer, packEntries} from './pack-step.ts';
import {unmatchedWarning} from './report.ts';
import {spoolSelection} from './spool-selection.ts';
import type {Stages} from './stage.ts';
import type {Made, StageState, StepWork} from './step.ts';
import {timeFields} from './times.ts';
import {treeOf} from './tocs.ts';

/** A COPY or ADD to the cache, and what its row says. The files are chosen here: they are a part of the key. */
export async function copyWork(step: CopyStep, before: StageState, stages: Stages): Promise<CopyWork> {
	const {builder} = stages;
	const chosen = await builder.events.timed({what: 'choose', step: step.id}, async () =>
		chooseSources(step, await openCopySource(step.from, step, stages), builder),
	);
	for (const pattern of chosen.unmatched ?? []) {
		builder.events.emit(unmatchedWarning(step, pattern, builder.contexts.dockerfile));
	}
	const {instruction, destination, workdir, chown, chmod, link, parents, unpack} = step;
	const placement = {destination, workdir, chown, chmod, link};
	return {
		work: {
			fields: {kind: 'copy', instruction, ...placement, parents, unpack, files: chosen.digest, ...timeFields(builder)},
			alone: isAlone(step),
			perform: () => performCopy(step, {before, chosen}, builder),
		},
		detail: {files: chosen.files, bytes: chosen.bytes},
	};
}

interface CopyWork {
	readonly work: StepWork;
	readonly detail: {readonly files: number; readonly bytes: number};
}

/** A WORKDIR is a layer of its own, even if the directory is there already; only `/` makes none (WD-1). */
export function workdirWork(step: WorkdirStep, {files}: StageState, builder: Builder): StepWork {
	const {path, user} = step;
	const fields = {kind: 'workdir', path, user, ...timeFields(builder)};
	if (path === '/') return {fields};
	return {
		fields,
		async perform() {
			const entries = directoryEntries(path, {user, now: now(builder)}, await treeOf(files, builder));
			return {layer: finishLayer(step, packEntries({entries}, step, builder), files, builder)};
		},
	};
}

interface Copying {
	readonly before: StageState;
	readonly chosen: Chosen;
}

/** Computes the entries of the layer, and leaves them to the packer. What the layer below is like, which may still be packed, is asked last. */
async function performCopy(step: CopyStep, {before, chosen}: Copying, builder: Builder): Promise<Made> {
	const {store, supply, packer, contexts} = builder;
	packer.expect(chosen.bytes);
	const former = formerLayer(step, builder);
	const placement = placementOf(step, former, builder);
	const temporary: string[] = [];
	const discard = () => {
		for (const path of temporary) rmSync(path, {force: true});
	};
	try {
		const entries = await builder.events.timed({what: 'place', step: step.id}, async () => {
			const selection = await unpackArchives(step, {selection: await chosen.selection(), temporary}, builder);
			const spooled = await spoolSelection(selection, {store, supply, temporary});
			return placeEntries(spooled, placement, await parentOf(step, before, builder));
		});
		const made = builder.epoch === undefined ? placement.made : undefined;
		const packing = packEntries({entries, former, made}, step, builder).finally(discard);
		contexts.saveAhead();
		return {layer: finishLayer(step, packing, isAlone(step) ? noFiles : before.files, builder)};
	} catch (error) {
		discard();
		throw error;
	}
}

/** A `--link` depends on nothing below it, unless names are to be looked up there (CPY-11). */
function isAlone({link, chown}: CopyStep): boolean {
	return link && (chown === undefined || /^\d+(:\d+)?$/.test(chown));
}

async function parentOf(step: CopyStep, {files}: StageState, builder: Builder): Promise<Tree> {
	return isAlone(step) ? emptyTree : treeOf(files, builder);
}

/**
 * The directories that a COPY makes keep the time when it first made them. Then its layer begins like the one before, and what is alike at
 * the beginning need not be hashed again.
 */
function placementOf(
	{destination, workdir, chown, chmod, link}: CopyStep,
	former: FormerLayer,
	builder: Builder,
): Placement & {readonly made: number} {
	const changes = {...(chown === undefined ? {} : {chown}), ...(chmod === undefined ? {} : {chmod})};
	const time = now(builder);
	return {
		destination,
		workdir,
		link,
		now: time,
		made: builder.epoch ?? Math.min(former.made ?? time, time),
		...changes,
	};
}

interface Unpacking {
	readonly selection: Selection;
	/** Gets the paths of what is spooled. */
	readonly temporary: string[];
}

/** ADD unpacks the archives among its sources, told by their content (ADD-1): by default the local ones, not those it fetched (ADD-2). */
async function unpackArchives(step: CopyStep, {selection, temporary}: Unpacking, {store}: Builder): Promise<Selection> {
	if (step.instruction !== 'ADD') return selection;
	const sources: Source[] = [];
	for (const source of selection.sources) {
		const unpacks = step.unpack ?? !isRemote(source.path);
		const file = unpacks ? archiveFile(source) : undefined;
		const spool = store.temporary();
		if (file) temporary.push(spool);
		const entries = file && (await readArchive(file, spool));
		sources.push(entries ? {kind: 'archive', path: source.path, entries} : source);
	}
	return {...selection, sources};
}

/** A file on this disk that a source names as such; those in a directory that is copied are left as they are. */
function archiveFile({kind, entries}: Source): string | undefined {
	const [entry] = entries;
	return kind === 'file' && entry?.type === 'file' && entry.content?.from === 'file' ? entry.content.path : undefined;
}

function now({epoch}: Builder): number {
	return epoch ?? Math.floor(Date.now() / 1000);
}
