import type {PodmanWay} from '../../index.ts';
import {pasteable, plural, shortDigest, tidyHome} from '../names.ts';
import {formatSize} from '../size.ts';
import {formatTime} from '../time.ts';
import type {BuildFinishedEvent, EventOf} from './reporter.ts';

/** What the last line depends on, besides the image. */
export interface SummaryFacts {
	/** Absolute path of the store. */
	readonly root: string;
	readonly home: string;
	/** Which of podman, docker, skopeo is in PATH. */
	readonly tools: readonly string[];
	/** How podman can run an image of the store; absent where that is not known. */
	readonly podman?: PodmanWay | undefined;
	/** The exports that were made, in order. */
	readonly exports: readonly EventOf<'export'>[];
	/** The words of the command that would hand the image to docker. */
	readonly loadCommand: readonly string[];
	readonly warnings: number;
}

type Image = NonNullable<BuildFinishedEvent['image']>;

/** The last block of a build: what came of it, and what to type next (UX.md 2.1). */
export function summaryLines(finished: BuildFinishedEvent, facts: SummaryFacts): readonly string[] {
	const {image} = finished;
	if (!image) return [];
	const [first = shortDigest(image.id), ...further] = image.names;
	const {images} = image;
	const what = images
		? [`index of ${plural(images.length, 'platform')}`]
		: [formatSize(image.size), plural(image.layers, 'layer'), image.platforms.join(', ')];
	const warned = facts.warnings > 0 ? [plural(facts.warnings, 'warning')] : [];
	return [
		`${first}  ${[...what, ...outcome(finished), ...warned].join(', ')}`,
		...further.map(name => `also    ${name}`),
		`digest  ${image.digest}`,
		...(images ? images.map(platformLine) : [`id      ${image.id}`]),
		...nextLines(image, facts),
	];
}

/** What an index has for one platform. */
function platformLine({platform, size, layers}: NonNullable<Image['images']>[number]): string {
	return `  ${platform}  ${formatSize(size)}, ${plural(layers, 'layer')}`;
}

function outcome({cached, steps, ms}: BuildFinishedEvent): readonly string[] {
	if (cached === steps) return ['unchanged', formatTime(ms)];
	const found = cached > 0 ? [`${cached} of ${plural(steps, 'step')} cached`] : [];
	return [...found, `built in ${formatTime(ms)}`];
}

/** Where it went, then how to run it, ready to paste. What was asked for comes first. */
function nextLines(image: Image, facts: SummaryFacts): readonly string[] {
	const [name] = image.names;
	const written = facts.exports.flatMap(made => exportLine(made, name, facts) ?? []);
	if (name === undefined) {
		return facts.exports.length > 0 ? written : ['hint    no -t: the image can be reached by its id only'];
	}
	const loaded = facts.exports.find(({output}) => output === 'load');
	if (loaded) return [...written, `run     ${engineOf(loaded, facts)} run --rm ${name}`];
	if (image.images) return written;
	return written.length > 0 && !facts.tools.includes('podman') ? written : [...written, runLine(name, facts)];
}

function runLine(name: string, {root, home, tools, podman, loadCommand}: SummaryFacts): string {
	const reference = pasteable(`oci:${root}:${name}`, home);
	const [engine] = engines.filter(program => tools.includes(program));
	if (engine === 'podman' && podman !== 'load') return `run     podman run --rm ${reference}`;
	if (engine && loadCommand.length > 0) {
		return `run     ${loadCommand.map(word => pasteable(word, home)).join(' ')} && ${engine} run --rm ${name}`;
	}
	if (tools.includes('skopeo'))
		return `copy    skopeo copy ${reference} docker://REGISTRY/${name.replace(/:latest$/, '')}`;
	return `image   ${reference}  (podman, skopeo and umoci read it as it is)`;
}

/** In the order in which `--load` looks for them. */
const engines = ['podman', 'docker'] as const;

/** Who took the image of a `--load`: the event says it, or it was the first that is there. */
function engineOf({dest}: EventOf<'export'>, {tools}: SummaryFacts): string {
	return dest || (tools.includes('podman') ? 'podman' : 'docker');
}

/** A file has a size, a layout is a folder. */
function exportLine(
	{output, dest, size = 0}: EventOf<'export'>,
	name: string | undefined,
	{home}: SummaryFacts,
): string | undefined {
	if (dest === '-') return undefined;
	switch (output) {
		case 'oci':
		case 'docker':
			return size > 0 ? archiveLine(`${output}-archive`, {dest, size}, home) : layoutLine(dest, name, home);
		case 'local':
			return `files   ${tidyHome(asFolder(dest), home)}/  (${formatSize(size)})`;
		case 'tar':
			return `file    ${tidyHome(dest, home)}  (${formatSize(size)}, the files alone)`;
		case 'manifest':
			return `index   ${dest}`;
		default:
			return undefined;
	}
}

function archiveLine(
	transport: string,
	{dest, size}: {readonly dest: string; readonly size: number},
	home: string,
): string {
	return `file    ${tidyHome(dest, home)}  (${formatSize(size)}, ${pasteable(`${transport}:${dest}`, home)})`;
}

function layoutLine(dest: string, name: string | undefined, home: string): string {
	const tag = name === undefined ? '' : `:${name}`;
	return `layout  ${tidyHome(asFolder(dest), home)}/  (${pasteable(`oci:${asFolder(dest)}${tag}`, home)})`;
}

function asFolder(dest: string): string {
	return dest.replace(/(?<=.)\/+$/, '');
}
