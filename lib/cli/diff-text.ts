import type {ContainerChange, ImageDifferences} from '../index.ts';
import {plural} from './names.ts';
import {oneLine} from './one-line.ts';
import {formatSize} from './size.ts';

type FileChange = ImageDifferences['files'][number];
type Entry = NonNullable<FileChange['after']>;

const letters = {added: 'A', removed: 'D', changed: 'C'} as const;

/** As `docker diff` has it. */
export function containerLines(changes: readonly ContainerChange[]): readonly string[] {
	return changes.map(({path, change}) => `${letters[change]} ${oneLine(path)}`);
}

/** Files, then fields of the config, a line each, and their number. */
export function diffLines({files, config}: ImageDifferences): readonly string[] {
	const rows = [
		...files.map(file => [letters[file.change], `/${oneLine(file.path)}`, fileText(file)] as const),
		...config.map(field => [letterOf(field), field.field, fieldText(field)] as const),
	];
	const width = Math.min(40, Math.max(0, ...rows.map(([, name]) => name.length)));
	return [
		...rows.map(([letter, name, text]) => `${letter} ${name.padEnd(width)}  ${text}`.trimEnd()),
		rows.length === 0
			? 'no difference'
			: `${plural(files.length, 'file')}, ${plural(config.length, 'field')} of the config`,
	];
}

/** What differs, with both values where they can be read. */
function fileText({change, how, before, after}: FileChange): string {
	if (change !== 'changed' || !before || !after) {
		const entry = after ?? before;
		return entry?.type === 'file' ? formatSize(entry.size) : (entry?.type ?? '');
	}
	const told = how.includes('size') ? how.filter(aspect => aspect !== 'content') : how;
	return told.map(aspect => [aspect, ...transition(aspect, before, after)].join(' ')).join(', ');
}

function transition(aspect: FileChange['how'][number], before: Entry, after: Entry): readonly string[] {
	const [one, other] = [textOf(aspect, before), textOf(aspect, after)];
	return one === undefined || other === undefined ? [] : [oneLine(`${one} → ${other}`)];
}

function textOf(aspect: FileChange['how'][number], {type, mode, uid, gid, size, linkname}: Entry): string | undefined {
	switch (aspect) {
		case 'type':
			return type;
		case 'mode':
			return mode.toString(8).padStart(4, '0');
		case 'owner':
			return `${uid}:${gid}`;
		case 'size':
			return formatSize(size);
		case 'link':
			return linkname ?? 'none';
		default:
			return undefined;
	}
}

function letterOf(field: ImageDifferences['config'][number]): string {
	if (!('before' in field)) return 'A';
	return 'after' in field ? 'C' : 'D';
}

function fieldText({before, after, ...field}: ImageDifferences['config'][number]): string {
	const letter = letterOf({
		...field,
		...(before === undefined ? {} : {before}),
		...(after === undefined ? {} : {after}),
	});
	if (letter === 'C') return `${shown(before)} → ${shown(after)}`;
	return shown(letter === 'A' ? after : before);
}

function shown(value: unknown): string {
	return oneLine(typeof value === 'string' && value !== '' ? value : JSON.stringify(value));
}
