import test from 'ava';
import {annotationAttribute, parseAnnotation} from '../../lib/cli/annotation-flag.ts';
import {UsageError} from '../../lib/errors.ts';

const kv = {key: 'k', value: 'v'};

for (const [text, annotations] of [
	['k=v', [{on: 'manifest', ...kv}]],
	['k=', [{on: 'manifest', key: 'k', value: ''}]],
	['k=a:b=c', [{on: 'manifest', key: 'k', value: 'a:b=c'}]],
	['index:k=v', [{on: 'index', ...kv}]],
	['index-descriptor:k=v', [{on: 'index-descriptor', ...kv}]],
	['manifest[linux/arm/v7]:k=v', [{on: 'manifest', platform: 'linux/arm/v7', ...kv}]],
	[
		'index,manifest-descriptor[linux/amd64]:k=v',
		[
			{on: 'index', ...kv},
			{on: 'manifest-descriptor', platform: 'linux/amd64', ...kv},
		],
	],
] as const) {
	test(`CLI-13: --annotation ${text} is understood as buildx does`, t => {
		t.deepEqual(parseAnnotation(text), annotations);
	});
}

for (const text of ['k', '=v', 'index:=v', 'layer:k=v', 'manifest[:k=v', ':k=v', 'manifest[a b]:k=v']) {
	test(`--annotation ${text} is refused with an example`, t => {
		const error = t.throws(() => parseAnnotation(text), {instanceOf: UsageError});

		t.is(error?.message, `--annotation cannot be ${text}`);
		t.regex(error?.help[0] ?? '', /^as in: --annotation /);
	});
}

for (const [name, annotation] of [
	['annotation.k', {on: 'manifest', ...kv}],
	['annotation.org.example.k', {on: 'manifest', key: 'org.example.k', value: 'v'}],
	['annotation-index.k', {on: 'index', ...kv}],
	['annotation[linux/arm64].k', {on: 'manifest', platform: 'linux/arm64', ...kv}],
	['annotation-manifest-descriptor[linux/arm64].k', {on: 'manifest-descriptor', platform: 'linux/arm64', ...kv}],
	['annotation-layer.k', undefined],
	['annotation.', undefined],
	['annotations', undefined],
] as const) {
	test(`an output's ${name} is ${annotation ? 'an annotation' : 'none'}`, t => {
		t.deepEqual(annotationAttribute(name, 'v'), annotation);
	});
}
