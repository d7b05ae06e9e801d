import {createWriteStream, rmSync} from 'node:fs';
import {pipeline} from 'node:stream/promises';
import {contentsOfLayer} from '../layer/contents.ts';
import type {Digest} from '../oci/digest.ts';
import type {Store} from '../store/store.ts';
import type {TocEntry} from '../tree/toc.ts';
import type {EntryDifference} from './compare-tocs.ts';
import {type ContentCause, contentCause} from './content-cause.ts';

/** A file that two builds made differently. */
export interface FileDifference {
	/** Absolute, in the image. */
	readonly path: string;
	readonly how: 'time' | 'order' | 'content' | 'mode' | 'owner';
	/** In what: `its text has a time in it`. */
	readonly detail: string;
	/** Ways out. */
	readonly help: readonly string[];
}

/** The layer of a step in the store of a build. */
export interface BuiltLayer {
	readonly store: Store;
	/** Of the blob. */
	readonly digest: Digest;
}

/** Says how a file differs. Contents are looked into, for times and for the order of what they list. */
export async function explain(
	difference: EntryDifference,
	layers: readonly [BuiltLayer, BuiltLayer],
): Promise<FileDifference> {
	const {what, one, other} = difference;
	const path = `/${difference.path}`;
	const remove = `nobody needs it? Then at the end of this step: rm -r ${path}`;
	const alter = (detail: string) => ({path, how: 'content', detail, help: [remove]}) as const;
	if (!one || !other) return alter(`it is there only the ${one ? 'first' : 'second'} time`);
	switch (what) {
		case 'type':
			return alter(`it is a ${one.type} and then a ${other.type}`);
		case 'link':
			return alter(`it leads to ${one.linkname} and then to ${other.linkname}`);
		case 'xattrs':
			return alter('its extended attributes differ');
		case 'mode':
			return {
				path,
				how: 'mode',
				detail: `its mode is ${octal(one)} and then ${octal(other)}`,
				help: [`set it in this step: chmod ${octal(one)} ${path}`],
			};
		case 'owner':
			return {
				path,
				how: 'owner',
				detail: `its owner is ${ids(one)} and then ${ids(other)}`,
				help: [`set it in this step: chown ${ids(one)} ${path}`],
			};
		case 'mtime':
			return {
				path,
				how: 'time',
				detail: `it was modified at ${date(one)} and then at ${date(other)}`,
				help: [
					'let no file be newer than your sources: --source-date-epoch $(git log -1 --format=%ct)',
					'or have all new files of one time: --timestamp $(git log -1 --format=%ct)',
				],
			};
		default: {
			const cause = await causeOf(difference, layers);
			const {how, detail, help} = causes[cause];
			return {path, how, detail, help: help === undefined ? [remove] : [help, remove]};
		}
	}
}

const causes: Readonly<
	Record<ContentCause, Pick<FileDifference, 'how' | 'detail'> & {readonly help?: string | undefined}>
> = {
	'text-time': {
		how: 'time',
		detail: 'its text has a time in it',
		help: 'after ARG SOURCE_DATE_EPOCH, write that time: date -u -d @$SOURCE_DATE_EPOCH',
	},
	'text-order': {how: 'order', detail: 'it has the same lines in another order', help: 'have its lines sorted: | sort'},
	'member-times': {
		how: 'time',
		detail: 'it is an archive of the same files, with other times',
		help: 'after ARG SOURCE_DATE_EPOCH, give them one time: tar --mtime=@$SOURCE_DATE_EPOCH',
	},
	'member-order': {
		how: 'order',
		detail: 'it is an archive of the same files, in another order',
		help: 'have them sorted: tar --sort=name',
	},
	'gzip-time': {how: 'time', detail: 'gzip wrote into it when it was made', help: 'have it write no time: gzip -n'},
	'pyc-time': {
		how: 'time',
		detail: 'it is compiled Python, with the time of its source',
		help: 'have none written, at the top of the stage: ENV PYTHONDONTWRITEBYTECODE=1',
	},
	bytes: {
		how: 'content',
		detail: 'its bytes differ: random numbers, names, addresses and the network are usual causes',
	},
};

async function causeOf(
	{path, one, other}: EntryDifference,
	[first, second]: readonly [BuiltLayer, BuiltLayer],
): Promise<ContentCause> {
	const files = [first.store.temporary(), second.store.temporary()] as const;
	try {
		await extract(one, first, files[0]);
		await extract(other, second, files[1]);
		return await contentCause(path, ...files);
	} finally {
		for (const file of files) rmSync(file, {force: true});
	}
}

async function extract(entry: TocEntry | undefined, {store, digest}: BuiltLayer, file: string): Promise<void> {
	const range = {offset: entry?.offset ?? 0, size: entry?.size ?? 0};
	for await (const {content} of contentsOfLayer(store.blobs.pathOf(digest), [range])) {
		await pipeline(content, createWriteStream(file));
	}
}

function octal({mode}: TocEntry): string {
	return mode.toString(8).padStart(4, '0');
}

function ids({uid, gid}: TocEntry): string {
	return `${uid}:${gid}`;
}

function date({mtime}: TocEntry): string {
	return new Date(mtime * 1000).toISOString().replace('.000', '');
}
