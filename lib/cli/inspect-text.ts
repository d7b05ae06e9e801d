import type {ImageDetails} from '../index.ts';
import {plural, shortDigest} from './names.ts';
import {oneLine} from './one-line.ts';
import {formatSize} from './size.ts';
import {formatAge} from './time.ts';

type Container = NonNullable<ImageDetails['config']['config']>;

/** What `strata inspect` shows: only what is set. */
export function inspectLines(details: ImageDetails, now: number): readonly string[] {
	const {names, id, digest, size, layers, platform, tagged, index, base} = details;
	const facts = [formatSize(size), plural(layers.length, 'layer'), platform, `built ${formatAge(tagged, now)}`];
	const [name = shortDigest(id), ...others] = names;
	const fields: readonly Field[] = [
		['also', others],
		['index', index ? [index.digest, index.platforms.join(', ')] : []],
		['digest', [digest]],
		['id', [id]],
		['base', base ? [base.name, base.digest] : []],
		...containerFields(details.config.config ?? {}),
		['layer', layerValues(details), 'each'],
		['states', (details.attestations ?? []).map(statementValue), 'each'],
	];
	return [oneLine(`${name}  ${facts.join(', ')}`), ...fieldLines(fields)];
}

type Field = readonly [label: string, values: readonly string[], label_at?: 'each'];

function containerFields(config: Container): readonly Field[] {
	const {Entrypoint, Cmd, User, WorkingDir, ExposedPorts, Volumes, Labels, Healthcheck, StopSignal, Env} = config;
	return [
		['entrypoint', argv(Entrypoint)],
		['cmd', argv(Cmd)],
		['user', given(User)],
		['directory', given(WorkingDir)],
		['ports', Object.keys(ExposedPorts ?? {})],
		['volumes', Object.keys(Volumes ?? {})],
		['healthcheck', argv(Healthcheck?.Test)],
		['stop signal', given(StopSignal)],
		['env', Env ?? []],
		['labels', Object.entries(Labels ?? {}).map(([name, value]) => `${name}=${value}`)],
	];
}

function layerValues({layers}: ImageDetails): readonly string[] {
	const sizes = layers.map(layer => formatSize(layer.size));
	const width = Math.max(0, ...sizes.map(size => size.length));
	return layers.map(({digest, step}, at) => `${shortDigest(digest)}  ${(sizes[at] ?? '').padStart(width)}  ${step}`);
}

function statementValue({predicateType, digest, size}: NonNullable<ImageDetails['attestations']>[number]): string {
	return `${shortDigest(digest)}  ${formatSize(size)}  ${predicateType}`;
}

/** The values stand in one column, right of the longest label that there is. */
function fieldLines(fields: readonly Field[]): readonly string[] {
	const shown = fields.filter(([, values]) => values.length > 0);
	const width = Math.max(...shown.map(([label]) => label.length)) + 2;
	return shown.flatMap(([label, values, where]) =>
		values.map((value, at) => `${(at === 0 || where === 'each' ? label : '').padEnd(width)}${oneLine(value)}`),
	);
}

function argv(words: readonly string[] | null | undefined): readonly string[] {
	return words && words.length > 0 ? [`[${words.map(word => JSON.stringify(word)).join(', ')}]`] : [];
}

function given(value: string | undefined): readonly string[] {
	return value ? [value] : [];
}
