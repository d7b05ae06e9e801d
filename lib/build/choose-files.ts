import {StepError} from '../errors.ts';
import type {Digest} from '../oci/digest.ts';
import {hasWildcard} from '../tree/glob.ts';
import {type SourceRequest, selectSources} from '../tree/select.ts';
import type {Selection} from '../tree/selection.ts';
import {selectionDigest} from '../tree/selection-digest.ts';
import type {Builder} from './builder.ts';
import type {CopySource} from './copy-source.ts';
import {partialKey} from './key.ts';

/** The files that a COPY or ADD is about. */
export interface Chosen extends Facts {
	/** The files themselves; what the cache answers has no need of them. */
	selection(): Promise<Selection>;
}

/** `memo` records: what one choice from one file system amounts to. */
interface Facts {
	readonly digest: Digest;
	readonly files: number;
	readonly bytes: number;
	/** Present if nothing is chosen: the patterns, none of which matches. */
	readonly unmatched?: readonly string[];
}

/** What is chosen, and what of the instruction changes it. */
export interface Choice extends SourceRequest {
	readonly chown?: string;
	readonly chmod?: string;
}

/** Chooses the files. From a file system that was chosen from before in the same way, and is as it was, only when somebody asks for them. */
export async function chooseFiles(choice: Choice, source: CopySource, {store}: Builder): Promise<Chosen> {
	const {paths, files = [], exclude, parents, literal, chown, chmod} = choice;
	const select = async () => source.digested(selectSources(await source.tree(), choice));
	const factsOf = (selection: Selection): Facts => {
		const digest = selectionDigest(selection, {
			...(chown === undefined ? {} : {chown}),
			...(chmod === undefined ? {} : {chmod}),
		});
		return {digest, ...sizes(selection), ...(selection.sources.length === 0 ? {unmatched: selection.unmatched} : {})};
	};
	const fsid = source.fsid ?? (await fingerprintFor(choice, source));
	if (fsid === undefined) {
		const selection = await select();
		return {...factsOf(selection), selection: async () => selection};
	}
	const memo = store.records<Facts>('memo');
	const heredocs = files.map(({name, content, mode}) => ({name, content, mode}));
	const key = partialKey({fsid, paths, files: heredocs, exclude, parents, literal, chown, chmod});
	const known = memo.get(key);
	if (known && source.fsid !== undefined) return {...known, selection: select};
	if (known) {
		// a step may come to its files minutes after its key
		const selection = async () => {
			const found = await select();
			if (factsOf(found).digest !== known.digest) throw changedSource(source);
			return found;
		};
		return {...known, selection};
	}
	const selection = await select();
	const facts = factsOf(selection);
	memo.put(key, facts);
	return {...facts, selection: async () => selection};
}

/** Patterns and `--parents` look at more than what lies below their paths, and what is excluded may not even be readable. */
async function fingerprintFor(
	{paths, parents, literal, exclude = []}: Choice,
	source: CopySource,
): Promise<Digest | undefined> {
	if (parents || exclude.length > 0 || (!literal && paths.some(hasWildcard))) return undefined;
	return source.fingerprint?.(paths);
}

/** The key of a step names what was chosen, so no other files may become its layer. */
function changedSource({name}: CopySource): StepError {
	return new StepError('FILE_CHANGED', `files of ${name} changed while the build went on`, {
		help: ['end what writes to them, and build again'],
	});
}

function sizes({sources}: Selection): {readonly files: number; readonly bytes: number} {
	const entries = sources.flatMap(source => source.entries).filter(entry => entry.type === 'file');
	return {files: entries.length, bytes: entries.reduce((sum, {size}) => sum + size, 0)};
}
