import test from 'ava';
import {parseCacheFrom, parseCacheTo, parseMountsTo} from '../../lib/cli/cache-flags.ts';
import {UsageError} from '../../lib/errors.ts';

test('a cache is a name in a registry, or says its type', t => {
	t.deepEqual(parseCacheFrom('app:cache'), {type: 'registry', ref: 'app:cache'});
	t.deepEqual(parseCacheFrom('type=registry,ref=r.io/a@sha256:1'), {type: 'registry', ref: 'r.io/a@sha256:1'});
	t.deepEqual(parseCacheFrom('"type=local","src=a,b",tag=x'), {type: 'local', src: 'a,b', tag: 'x'});
	t.deepEqual(parseCacheFrom('type=local,src=a,digest=sha256:1'), {type: 'local', src: 'a', digest: 'sha256:1'});
});

test('what is written has an amount, and may have to succeed', t => {
	const usual = {mode: 'min', ignoreError: true} as const;
	t.deepEqual(parseCacheTo('app:cache'), {type: 'registry', ref: 'app:cache', ...usual});
	t.deepEqual(parseCacheTo('type=local,dest=a,tag=x,mode=max'), {
		...{type: 'local', dest: 'a', tag: 'x', mode: 'max'},
		ignoreError: true,
	});
	t.deepEqual(parseCacheTo('type=registry,ref=a,ignore-error=false'), {
		...{type: 'registry', ref: 'a', mode: 'min'},
		ignoreError: false,
	});
	t.deepEqual(parseCacheTo('type=inline'), {type: 'inline'});
});

test("what BuildKit's caches have to be told and ours always are is taken", t => {
	const text = 'type=registry,ref=a,image-manifest=true,oci-mediatypes=true,compression=gzip';

	t.like(parseCacheTo(text), {type: 'registry', ref: 'a'});
	t.throws(() => parseCacheTo('type=registry,ref=a,image-manifest=false'), {
		instanceOf: UsageError,
		message: '--cache-to image-manifest= is always true',
	});
});

const refused: readonly (readonly [text: string, message: string])[] = [
	['type=gha', 'cannot be of type gha'],
	['type=s3,bucket=b', 'knows no bucket='],
	['type=local,toString=b', 'knows no tostring='],
	['type=local', 'cannot be type=local'],
	['type=local,ref=a', 'cannot be type=local,ref=a'],
	['type=registry', 'cannot be type=registry'],
	['ref=a', 'cannot be ref=a'],
	['type=local,"', 'cannot be type=local,"'],
];

for (const [text, message] of refused) {
	test(`${text} is refused, with what can be given`, t => {
		for (const [parse, flag] of [
			[parseCacheFrom, '--cache-from'],
			[parseCacheTo, '--cache-to'],
		] as const) {
			const error = t.throws(() => parse(text), {instanceOf: UsageError, message: `${flag} ${message}`});

			t.true((error?.help.length ?? 0) > 0);
		}
	});
}

test('cache mounts have a size that all of them may take', t => {
	t.deepEqual(parseMountsTo('type=registry,ref=a,max-size=1.5GiB,ignore-error=false'), {
		...{type: 'registry', ref: 'a', maxSize: 1.5 * 2 ** 30},
		ignoreError: false,
	});
	t.deepEqual(parseMountsTo('type=local,dest=a,tag=x'), {type: 'local', dest: 'a', tag: 'x', ignoreError: true});
	for (const text of ['type=local,dest=a,max-size=big', 'type=local,dest=a,mode=max', 'type=inline', 'type=local']) {
		t.throws(() => parseMountsTo(text), {instanceOf: UsageError, message: /^--cache-mounts-to /});
	}
});

test('a mode that there is none of, and an image that is to hold all, are refused', t => {
	for (const text of ['type=local,dest=a,mode=all', 'type=inline,mode=max', 'type=local,dest=a,ignore-error=yes']) {
		t.throws(() => parseCacheTo(text), {instanceOf: UsageError});
	}
});
