import {openContext} from '../context/open.ts';
import {DockerfileError, StrataError} from '../errors.ts';
import type {CopyStep} from '../plan/plan.ts';
import {isGit, isRemote} from '../plan/steps/remote.ts';
import type {Entry} from '../tree/entry.ts';
import {selectSources} from '../tree/select.ts';
import type {Selection} from '../tree/selection.ts';
import {selectionDigest} from '../tree/selection-digest.ts';
import type {Builder} from './builder.ts';
import {type Chosen, chooseFiles} from './choose-files.ts';
import type {CopySource} from './copy-source.ts';
import {fieldDigest, partialKey} from './key.ts';
import {wordMissingSource} from './missing-source.ts';
import type {RemoteFile} from './remotes.ts';

/** What a COPY or ADD is about: files of one source, and for ADD what is fetched, in the order in which they stand. */
export async function chooseSources(step: CopyStep, source: CopySource, builder: Builder): Promise<Chosen> {
	const isFetched = (path: string) => step.instruction === 'ADD' && step.from === undefined && isRemote(path);
	if (!step.paths.some(isFetched)) return chooseLocal(step, source, builder);
	const parts: Chosen[] = [];
	for (const [index, path] of step.paths.entries()) {
		if (isFetched(path)) parts.push(await located(() => chooseRemote(path, step, builder), step, index));
		else parts.push(await chooseLocal({...step, paths: [path], files: []}, source, builder));
	}
	if (step.files.length > 0) parts.push(await chooseLocal({...step, paths: []}, source, builder));
	return joined(parts);
}

function chooseLocal(step: CopyStep, source: CopySource, builder: Builder): Promise<Chosen> {
	return chooseFiles(step, source, builder).catch(async error => {
		throw await wordMissingSource(error, step, source);
	});
}

function chooseRemote(path: string, step: CopyStep, builder: Builder): Promise<Chosen> {
	return isGit(path) ? chooseRepository(path, step, builder) : chooseURL(path, step, builder);
}

/** One file of mode 0600 (SURFACE ADD-3). */
async function chooseURL(path: string, {checksum, chown, chmod}: CopyStep, {contexts}: Builder): Promise<Chosen> {
	checkURL(path, checksum);
	const file = await contexts.remotes.file(path, checksum);
	const selectionAt = (place: string) => selectionOf(path, entryOf(file, place));
	return {
		digest: selectionDigest(selectionAt(''), {...(chown ? {chown} : {}), ...(chmod ? {chmod} : {})}),
		files: 1,
		bytes: file.size,
		selection: async () => selectionAt(await file.path()),
	};
}

/** What cannot be fetched, or compared. */
function checkURL(path: string, checksum: string | undefined): void {
	if (!/^https?:/.test(path) || !URL.canParse(path)) {
		throw new DockerfileError('ADD_URL', `ADD: ${path} cannot be fetched`, {help: ['URLs are of http or https']});
	}
	if (checksum !== undefined && !/^sha256:[0-9a-f]{64}$/.test(checksum)) {
		throw new DockerfileError('ADD_CHECKSUM', `ADD: --checksum cannot be ${checksum}`, {
			help: ['as in: --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d'],
		});
	}
}

function entryOf({name, size, mtime, digest}: RemoteFile, path: string): Entry {
	return {path: name, type: 'file', mode: 0o600, uid: 0, gid: 0, size, mtime, digest, content: {from: 'file', path}};
}

function selectionOf(path: string, entry: Entry): Selection {
	return {sources: [{kind: 'file', path, entries: [entry]}], unmatched: []};
}

/** The files of a commit, whose name says all about them: what the cache answers is not even fetched (SURFACE ADD-5). */
async function chooseRepository(path: string, step: CopyStep, {contexts, store}: Builder): Promise<Chosen> {
	const {checksum, keepGitDir, exclude} = step;
	const repository = await contexts.remotes.repository(path, {checksum, keepGitDir});
	const {identity} = repository;
	const select = async () => {
		const {folder} = await repository.files();
		return selectSources(openContext(folder), {paths: [identity.subdir || '/'], exclude, literal: true});
	};
	const fields = {...identity, exclude};
	const memo = store.records<Pick<Chosen, 'files' | 'bytes'>>('memo');
	const key = partialKey({kind: 'git', ...fields});
	const facts = memo.get(key) ?? countFiles(await select());
	memo.put(key, facts);
	return {digest: fieldDigest(fields), ...facts, selection: select};
}

function countFiles({sources}: Selection): Pick<Chosen, 'files' | 'bytes'> {
	const files = sources.flatMap(({entries}) => entries.filter(({type}) => type === 'file'));
	return {files: files.length, bytes: files.reduce((sum, {size}) => sum + size, 0)};
}

/** Several choices as one. */
function joined(parts: readonly Chosen[]): Chosen {
	const unmatched = parts.flatMap(part => part.unmatched ?? []);
	return {
		digest: fieldDigest(parts.map(({digest}) => digest)),
		files: parts.reduce((sum, {files}) => sum + files, 0),
		bytes: parts.reduce((sum, {bytes}) => sum + bytes, 0),
		...(unmatched.length > 0 ? {unmatched} : {}),
		async selection() {
			const selections: Selection[] = [];
			for (const part of parts) selections.push(await part.selection());
			return {sources: selections.flatMap(({sources}) => sources), unmatched};
		},
	};
}

/** An error about a source is shown where that stands. */
async function located<T>(work: () => Promise<T>, {marks, location}: CopyStep, index: number): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (error instanceof StrataError) error.location ??= marks?.[index] ?? location;
		throw error;
	}
}
