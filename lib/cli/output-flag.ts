import {csvFields} from '../dockerfile/instructions/csv.ts';
import {UsageError} from '../errors.ts';
import type {Output} from '../index.ts';
import {annotationAttribute} from './annotation-flag.ts';
import type {Arguments} from './command.ts';
import {compressions} from './flags.ts';
import {compressionLevel, compressionNamed} from './form-flags.ts';

/** Where the image goes besides the store: `-o`, `--push` and `--load`. */
export function outputs(args: Arguments): readonly Output[] {
	const written = args.texts('output').map(parseOutput);
	const isPushed = written.some(({type}) => type === 'registry');
	return [
		...written,
		...(args.has('push') && !isPushed ? [{type: 'registry'} as const] : []),
		...args.texts('manifest').map(name => ({type: 'manifest', name}) as const),
		...(args.has('load') ? [{type: 'load'} as const] : []),
	];
}

/** Whether an archive goes to stdout. */
export function writesStdout(args: Arguments): boolean {
	return outputs(args).some(output => 'dest' in output && output.dest === '-');
}

/** `DIR`, `-`, or `type=TYPE` with the attributes of that type, as in buildx (SURFACE section 2.2). */
export function parseOutput(text: string): Output {
	if (text === '-') return {type: 'oci', dest: '-', tar: true};
	if (!/^"?\w+=/.test(text)) return {type: 'oci', dest: text};

	const all = fields(text);
	const annotations = all.flatMap(([name, value]) => annotationAttribute(name, value) ?? []);
	const {type = '', ...others} = Object.fromEntries(all.filter(([name, value]) => !annotationAttribute(name, value)));
	const {[rewriting]: _, [referring]: __, ...given} = others;
	const [rewriteTimestamp, ociArtifact] = [flagOf(others, rewriting), flagOf(others, referring)];
	const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined;
	if (!kind) throw badOutput(`--output (-o) cannot be of type ${type || '(empty)'}`);
	const unknown = Object.keys(given).find(name => !kind.attributes.includes(name));
	if (unknown !== undefined) throw badOutput(`--output (-o) of type ${type} knows no ${unknown}=`);
	return {
		...kind.read(given),
		...(annotations.length > 0 ? {annotations} : {}),
		...(rewriteTimestamp === undefined ? {} : {rewriteTimestamp}),
		...(ociArtifact === undefined ? {} : {ociArtifact}),
	};
}

type Given = Readonly<Record<string, string>>;

interface Kind {
	/** What it may have besides `type`. */
	readonly attributes: readonly string[];
	read(given: Given): Output;
}

const rewriting = 'rewrite-timestamp';
const referring = 'oci-artifact';
const splitting = 'platform-split';

const ofImage = ['name', 'oci-mediatypes', 'compression', 'compression-level', 'force-compression'];
const ofPush = ['push-by-digest', 'name-canonical', 'registry.insecure', ...ofImage];

const kinds: Readonly<Record<string, Kind>> = {
	/** A file, as in buildx, unless `tar=false`. */
	oci: {
		attributes: ['dest', 'tar', ...ofImage],
		read: given => ({
			...{type: 'oci', dest: destOf(given), ...imageOf(given)},
			...(flagOf(given, 'tar') === false ? {} : {tar: true}),
		}),
	},
	docker: {
		attributes: ['dest', ...ofImage],
		read: given => ({type: 'docker', dest: destOf(given), ...imageOf(given)}),
	},
	local: {
		attributes: ['dest', 'mode', splitting],
		read: given => ({type: 'local', dest: folderOf(given), ...modeOf(given), ...splitOf(given)}),
	},
	tar: {
		attributes: ['dest', splitting],
		read: given => ({type: 'tar', dest: given.dest ?? '-', ...splitOf(given)}),
	},
	registry: {attributes: [...ofPush, 'push'], read: given => ({type: 'registry', ...pushOf(given), ...imageOf(given)})},
	/** In the store it is anyway; what is left is whether it is pushed. */
	image: {
		attributes: [...ofPush, 'push'],
		read: given => (flagOf(given, 'push') ? {type: 'registry', ...pushOf(given), ...imageOf(given)} : {type: 'store'}),
	},
	store: {attributes: [], read: () => ({type: 'store'})},
	cacheonly: {attributes: [], read: () => ({type: 'cacheonly'})},
};

function destOf({dest}: Given): string {
	if (dest) return dest;
	throw badOutput('--output (-o) has no dest=');
}

function folderOf(given: Given): string {
	const dest = destOf(given);
	if (dest !== '-') return dest;
	throw badOutput('--output (-o) of type local needs a folder, not -');
}

function modeOf({mode}: Given): {readonly mode?: 'copy' | 'delete'} {
	if (mode === undefined) return {};
	if (mode === 'copy' || mode === 'delete') return {mode};
	throw badOutput(`--output (-o) cannot have mode=${mode}: it is copy or delete`);
}

/** Of several platforms each has a folder, unless this says otherwise. */
function splitOf(given: Given): {readonly split?: boolean} {
	const split = flagOf(given, splitting);
	return split === undefined ? {} : {split};
}

function pushOf(given: Given) {
	return {
		...(flagOf(given, 'push-by-digest') ? {byDigest: true} : {}),
		...(flagOf(given, 'name-canonical') ? {canonical: true} : {}),
		...(flagOf(given, 'registry.insecure') ? {insecure: true} : {}),
	};
}

/** `name=a` or `"name=a,b"`. */
function imageOf(given: Given) {
	const {name, compression} = given;
	const [oci, force] = [flagOf(given, 'oci-mediatypes'), flagOf(given, 'force-compression')];
	const named = compressionNamed(compression);
	if (compression !== undefined && !named.compression) {
		throw badOutput(`--output (-o) cannot have compression=${compression}: it is ${compressions.join(', ')}`);
	}
	return {
		...(name ? {names: name.split(',')} : {}),
		...(oci === undefined ? {} : {mediaTypes: oci ? ('oci' as const) : ('docker' as const)}),
		...named,
		...compressionLevel(given['compression-level'], 'compression-level'),
		...(force === undefined ? {} : {forceCompression: force}),
	};
}

function flagOf(given: Given, name: string): boolean | undefined {
	const text = given[name];
	if (text === undefined) return undefined;
	if (['true', '1', ''].includes(text)) return true;
	if (['false', '0'].includes(text)) return false;
	throw badOutput(`--output (-o) cannot have ${name}=${text}: it is true or false`);
}

/** Fields of a line of CSV, each `key=value`: one with a comma stands in double quotes. */
function fields(text: string): readonly (readonly [string, string])[] {
	const all = csvFields(text);
	if (!all) throw badOutput('--output (-o) has a quote that is not closed');
	return all.map(field => {
		const at = field.indexOf('=');
		return at === -1 ? [field, 'true'] : [field.slice(0, at), field.slice(at + 1)];
	});
}

function badOutput(reason: string): UsageError {
	return new UsageError('FLAG_VALUE', reason, {
		help: [
			'a layout: -o DIR',
			'or a file: -o type=oci,dest=app.tar',
			'or for docker load: -o type=docker,dest=app.tar',
			'or the files of the image: -o type=local,dest=DIR',
			'or to a registry: -o type=registry,name=registry.example.com/team/app',
		],
	});
}
