import {suggest} from '../../dockerfile/suggest.ts';
import {UsageError} from '../../errors.ts';
import type {EntryFacts, Renamed} from '../../index.ts';
import type {Arguments, Command} from '../command.ts';
import {json} from '../flags.ts';
import {printJson, printLines} from '../print.ts';
import {rootOf} from '../root.ts';
import type {Shell} from '../shell.ts';

export const command: Command = {
	name: 'manifest',
	usage: 'DEED [flags] INDEX [IMAGE...]',
	purpose: [
		'Make and change indexes: images for several platforms under one name.',
		'DEED is create, add, annotate, inspect, remove (an IMAGE) or rm (the INDEX).',
		'IMAGE is one of the store; in annotate and remove also a digest or a platform.',
		'An INDEX goes to a registry with all its images by strata push INDEX [NAME].',
	],
	flags: [
		{name: 'all', short: 'a', text: 'create, add: all platforms of an IMAGE that is an index'},
		{name: 'amend', text: 'create: go on with an INDEX that is there'},
		{name: 'os', value: 'OS', text: 'add, annotate: what INDEX says of IMAGE'},
		{name: 'arch', value: 'ARCH', text: 'the same, as are the next'},
		{name: 'variant', value: 'V'},
		{name: 'os-version', value: 'V'},
		{name: 'os-features', value: 'F,..', repeat: true},
		{name: 'annotation', value: 'K=V', repeat: true, text: 'on IMAGE, or without one on INDEX; create: on INDEX'},
		json,
	],
	layout: 'list',
	examples: ['strata manifest create app app:amd64 app:arm64', 'strata manifest annotate --variant v8 app linux/arm64'],
	run,
};

type Library = typeof import('../../index.ts');

interface Asked {
	readonly library: Library;
	readonly root: string;
	readonly args: Arguments;
	/** The first word, and those after it. */
	readonly index: string;
	readonly images: readonly string[];
}

const deeds: Readonly<Record<string, (asked: Asked) => Promise<Renamed | readonly Renamed[]>>> = {
	create: ({library, root, args, index, images}) => {
		const annotations = annotationsOf(args);
		return library.createIndex(index, images, {root, annotations, all: args.has('all'), amend: args.has('amend')});
	},
	add: ({library, root, args, index, images}) => {
		if (images.length === 0) throw missing('IMAGE');
		return library.addToIndex(index, images, {root, all: args.has('all'), ...factsOf(args)});
	},
	annotate: ({library, root, args, index, images: [image, ...more]}) => {
		noMore(more);
		return library.annotateIndex(index, image, {root, ...factsOf(args)});
	},
	remove: ({library, root, index, images: [image, ...more]}) => {
		noMore(more);
		if (image === undefined) throw missing('IMAGE');
		return library.removeFromIndex(index, image, {root});
	},
	rm: ({library, root, index, images: more}) =>
		Promise.all([index, ...more].map(name => library.removeIndex(name, {root}))),
};

async function run(args: Arguments, shell: Shell): Promise<number> {
	const [name, index, ...images] = args.words;
	const deed = deeds[name ?? ''];
	if (!deed && name !== 'inspect') throw unknownDeed(name);
	if (index === undefined) throw missing('INDEX');
	const library = await import('../../index.ts');
	const root = await rootOf(args, shell);
	if (!deed) {
		noMore(images);
		printJson(JSON.parse(String(await library.rawImage(index, 'index', {root}))), shell);
		return 0;
	}
	const done = await deed({library, root, args, index, images});
	if (args.has('json')) printJson(done, shell);
	else
		printLines(
			[done].flat().map(({digest}) => digest),
			shell,
		);
	return 0;
}

/** The flags that say a part of a platform. */
const parts = {os: 'os', arch: 'architecture', variant: 'variant', 'os-version': 'os.version'} as const;

/** What an index is to say of an image. */
function factsOf(args: Arguments): EntryFacts {
	const given = Object.entries(parts).flatMap(([flag, field]) => {
		const value = args.text(flag);
		return value === undefined ? [] : [[field, value]];
	});
	const features = args.texts('os-features').flatMap(list => list.split(','));
	const platform = {...Object.fromEntries(given), ...(features.length > 0 ? {'os.features': features} : {})};
	return {annotations: annotationsOf(args), ...(Object.keys(platform).length > 0 ? {platform} : {})};
}

function annotationsOf(args: Arguments): Readonly<Record<string, string>> {
	const pairs = args.texts('annotation').map(text => /^([^=]+)=(.*)$/s.exec(text)?.slice(1) ?? [text]);
	const wrong = pairs.find(({length}) => length !== 2);
	if (wrong)
		throw new UsageError('FLAG_VALUE', `--annotation cannot be ${wrong[0]}`, {help: ['as in: --annotation K=V']});
	return Object.fromEntries(pairs) as Record<string, string>;
}

function unknownDeed(name: string | undefined): UsageError {
	const names = [...Object.keys(deeds), 'inspect'];
	const [near] = suggest(name ?? '', names);
	const likely = near ? `did you mean ${near}?` : `it is one of: ${names.join(', ')}`;
	const push = 'an index is pushed as any image is: strata push INDEX [NAME]';
	return new UsageError('UNKNOWN_COMMAND', name === undefined ? 'what to do is missing' : `manifest cannot ${name}`, {
		help: [name === 'push' ? push : likely, 'all flags: strata manifest --help'],
	});
}

function missing(word: string): UsageError {
	return new UsageError('WORDS', `${word} is missing`, {help: ['as in: strata manifest add app app:arm64']});
}

function noMore(words: readonly string[]): void {
	if (words.length === 0) return;
	throw new UsageError('WORDS', `nothing is known to do with ${words.join(' ')}`, {
		help: ['all of it: strata manifest --help'],
	});
}
